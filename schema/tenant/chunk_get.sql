-- How far a statement that runs range by range had come; null: none is under way.
select chunk_position
from muster_state
where id = 1
