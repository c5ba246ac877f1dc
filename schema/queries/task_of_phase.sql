-- Tasks of a rollout that are through a phase, by wave and rank.
select *
from task_row
where rollout_id = :rollout_id and state = 'done' and phase = :phase
order by wave, rank, id
