-- Those that were seen to replicate from the server, where it is now, since then.
select address, seen_at, number
from replica_found
where server_id = :server_id and source = :source and seen_at >= :since
order by address
