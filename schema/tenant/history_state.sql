-- Who may write to a tenant that has no history yet, and whether the server takes writes.
select (select epoch from muster_state where id = 1), @@global.read_only
