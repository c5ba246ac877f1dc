-- A rollout that was given no name is called after its id.
update rollout
set name = :name
where id = :id
