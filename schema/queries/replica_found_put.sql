-- A replica that nobody has named says that it replicates from the server.
insert into replica_found (server_id, address, source, seen_at, number)
values (:server_id, :address, :source, :seen_at, :number)
on conflict (server_id, address) do update set source = :source, seen_at = :seen_at, number = :number
