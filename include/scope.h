/*
 * scope - the scope owns.
 *
 * SCOPED(wave_plan) plan = { 0 };  calls wave_plan_release(&plan) at the end of the
 * block; SCOPED_PTR(task_order) order = …;  calls task_order_free(order). Every
 * failure is then a plain early return. Ownership leaves the scope through an
 * x_detach function or g_steal_pointer. GLib's own types use g_autofree and
 * g_autoptr.
 *
 * A module makes its type usable with SCOPED_RELEASE(wave_plan) or
 * SCOPED_FREE(task_order) in its header, behind the declaration it needs.
 */
#ifndef SCOPE_H
#define SCOPE_H

#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define NODISCARD               __attribute__((warn_unused_result))

#define SCOPED(type)     __attribute__((cleanup(type##_scoped_release))) struct type
#define SCOPED_PTR(type) __attribute__((cleanup(type##_scoped_free))) struct type *

#define SCOPED_RELEASE(type)                                          \
	static inline void type##_scoped_release(struct type *object) \
	{                                                             \
		type##_release(object);                               \
	}                                                             \
	struct type
#define SCOPED_FREE(type)                                           \
	static inline void type##_scoped_free(struct type **object) \
	{                                                           \
		type##_free(*object);                               \
	}                                                           \
	struct type

#endif /* SCOPE_H */
