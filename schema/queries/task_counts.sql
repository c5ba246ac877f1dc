-- How many tasks of a rollout are in which state; wave 0 is all of them. Reads one index.
select state, count(*) as nr
from task indexed by task_state
where rollout_id = :rollout_id and (:wave = 0 or wave = :wave)
group by state
