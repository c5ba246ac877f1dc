-- Write something, so that the commit around it reaches the disk.
update settled
set nr = nr + 1
