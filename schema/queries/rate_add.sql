-- One more statement that took so long. Behind :most of them each new one takes a share away.
insert into rate (server_id, algorithm, size, nr, bytes, ms)
values (:server_id, :algorithm, :size, 1, :bytes, :ms)
on conflict (server_id, algorithm, size) do update set
	bytes = bytes * min(nr, :most) / nr + :bytes,
	ms = ms * min(nr, :most) / nr + :ms,
	nr = min(nr, :most) + 1
