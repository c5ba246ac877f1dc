-- What a request with this key has made.
select id
from request_key
where key = :key and created_at >= :oldest
