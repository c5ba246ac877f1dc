-- Was a chain made for one class of tenants of one server in one rollout?
select 1
from chain
where rollout_id = :rollout_id and server_id = :server_id and class = :class
