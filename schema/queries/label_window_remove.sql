-- Nothing is set for a label any more.
delete from label_window
where label = :name
