-- Nobody repeats a request this old.
delete from request_key
where created_at < :oldest
