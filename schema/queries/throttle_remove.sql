-- A decision about the throttle is taken back.
delete from throttle_rule
where server_id = :server_id and kind = :kind and name = :name
