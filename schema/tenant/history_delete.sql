-- A human says that nothing of this migration took effect.
delete from muster_history
where version = :version and statements_done = 0
