-- A start of the daemon: later than every one before, whatever the clock says.
update started
set epoch = max(:at, epoch + 1)
returning epoch
