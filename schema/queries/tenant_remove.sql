-- Tasks of ended rollouts still name it, so the row stays.
update tenant
set removed_at = :at
where id = :id and removed_at = 0
