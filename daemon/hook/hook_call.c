#include "hook_call.h"

#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct hook_call *hook_call_new(const char *dir, const char *name)
{
	struct hook_call *call = g_new0(struct hook_call, 1);

	call->dir = g_strdup(dir);
	call->name = g_strdup(name);
	call->env = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(call->env, g_strdup(PATH));
	g_ptr_array_add(call->env, g_strdup("LANG=C.UTF-8"));
	g_ptr_array_add(call->env, NULL);
	call->facts = json_object();
	return call;
}

void hook_call_free(struct hook_call *call)
{
	if (call == NULL) {
		return;
	}
	g_free(call->dir);
	g_free(call->name);
	g_ptr_array_unref(call->env);
	json_decref(call->facts);
	g_free(call);
}

void hook_call_fact(struct hook_call *call, const char *name, const char *value)
{
	g_autofree char *upper = g_ascii_strup(name, -1);
	g_autofree char *valid = value == NULL ? NULL : g_utf8_make_valid(value, -1);

	CHECK(json_object_set_new(call->facts, name,
				  valid == NULL ? json_null() : json_string(valid)) == 0);
	if (valid != NULL) {
		g_ptr_array_insert(call->env, (int)call->env->len - 1,
				   g_strdup_printf("MUSTER_%s=%s", upper, valid));
	}
}

const char *hook_call_name(const struct hook_call *call)
{
	return call->name;
}

char *hook_call_input(const struct hook_call *call)
{
	g_autofree char *text = json_dumps(call->facts, 0); /* in the order they were put in */

	CHECK(text != NULL);
	return g_strconcat(text, "\n", NULL);
}

char *const *hook_call_env(const struct hook_call *call)
{
	return (char *const *)call->env->pdata;
}

void hook_call_limit(struct hook_call *call, int64_t until_ms, int64_t limit_ms)
{
	call->until_ms = until_ms;
	call->limit_ms = limit_ms;
}
