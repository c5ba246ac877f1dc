-- One line of the audit trail.
insert into event (at, uid, actor, kind, object, state, text, rollout_id)
values (:at, :uid, :actor, :kind, :object, :state, :text, :rollout_id)
