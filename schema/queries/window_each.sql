-- Every window and freeze that is set.
select 'server' as scope, id, name, window, freeze_from, freeze_until, freeze_reason
from server
where removed_at = 0 and (window is not null or freeze_until > 0)
union all
select 'label', 0, label, window, freeze_from, freeze_until, freeze_reason
from label_window
union all
select 'tenant', id, name, window, freeze_from, freeze_until, freeze_reason
from tenant
where removed_at = 0 and (window is not null or freeze_until > 0)
