-- A human says that nothing of this migration took effect.
delete from muster_history
where version = :version and statements_done = 0
and exists (select 1 from muster_state where id = 1 and epoch <= :epoch)
