-- A history that an earlier musterd has made.
alter table muster_history add column chain mediumtext null
