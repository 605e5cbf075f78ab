/* SPDX-License-Identifier: MIT */
/*
 * linux/debugobjects.h - what the kernel's checker of objects' lives is told: types, and nothing
 * else.
 */
#ifndef PERCPU_LINUX_DEBUGOBJECTS_H
#define PERCPU_LINUX_DEBUGOBJECTS_H

#include <linux/types.h>

enum debug_obj_state {
	ODEBUG_STATE_NONE,
	ODEBUG_STATE_INIT,
	ODEBUG_STATE_INACTIVE,
	ODEBUG_STATE_ACTIVE,
	ODEBUG_STATE_DESTROYED,
	ODEBUG_STATE_NOTAVAILABLE,
	ODEBUG_STATE_MAX,
};

struct debug_obj_descr {
	const char *name;
	void *(*debug_hint)(void *addr);
	bool (*is_static_object)(void *addr);
	bool (*fixup_init)(void *addr, enum debug_obj_state state);
	bool (*fixup_activate)(void *addr, enum debug_obj_state state);
	bool (*fixup_destroy)(void *addr, enum debug_obj_state state);
	bool (*fixup_free)(void *addr, enum debug_obj_state state);
	bool (*fixup_assert_init)(void *addr, enum debug_obj_state state);
};

#define debug_object_init(addr, descr) ((void)(addr), (void)(descr))
#define debug_object_init_on_stack(addr, descr) ((void)(addr), (void)(descr))
#define debug_object_activate(addr, descr) ((void)(addr), (void)(descr), 0)
#define debug_object_deactivate(addr, descr) ((void)(addr), (void)(descr))
#define debug_object_destroy(addr, descr) ((void)(addr), (void)(descr))
#define debug_object_free(addr, descr) ((void)(addr), (void)(descr))
#define debug_object_assert_init(addr, descr) ((void)(addr), (void)(descr))
#define debug_check_no_obj_freed(address, size) ((void)(address), (void)(size))

#endif /* PERCPU_LINUX_DEBUGOBJECTS_H */
