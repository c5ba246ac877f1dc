-- Whom a task is alike with, learnt when its tenant was looked at again; null: to be learnt.
update task
set class = :class
where id = :id
