-- What was foreseen when a rollout began.
insert into rollout_plan (rollout_id, content)
values (:rollout_id, :content)
