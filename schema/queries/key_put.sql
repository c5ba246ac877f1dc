-- Remember what a request has made.
insert into request_key (key, id, created_at)
values (:key, :id, :at)
