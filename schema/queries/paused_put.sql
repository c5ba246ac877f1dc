-- How long muster was paused on a server by this cause.
insert into throttle_paused (server_id, cause, ms)
values (:server_id, :cause, :ms)
on conflict (server_id, cause) do update set ms = :ms
