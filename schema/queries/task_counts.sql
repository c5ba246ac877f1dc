-- How many tasks are in which state; wave 0 is all.
select state, sum(nr) as nr
from task_count
where rollout_id = :rollout_id and (:wave = 0 or wave = :wave)
group by state
