/* SPDX-License-Identifier: MIT */
/*
 * linux/moduleparam.h - variables that are set by name: by the arguments of a module's main()
 * (linux/module.h), or by the program.
 */
#ifndef PERCPU_LINUX_MODULEPARAM_H
#define PERCPU_LINUX_MODULEPARAM_H

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/types.h>

struct kernel_param;
struct kernel_param_ops {
	int (*set)(const char *value, const struct kernel_param *param);
};
struct kernel_param {
	const char *name;
	const struct kernel_param_ops *ops;
	void *arg;
	struct kernel_param *next;
};
/* Those of this file; constructors put them there before any initcall. */
static struct kernel_param *__pcpu_module_params __attribute__((__unused__));

#define __pcpu_param_type(name, type, parse)                                        \
	static inline int __pcpu_param_set_##name(const char *value,                \
						  const struct kernel_param *param) \
	{                                                                           \
		return parse;                                                       \
	}                                                                           \
	static const struct kernel_param_ops param_ops_##name                       \
		__attribute__((__unused__)) = {.set = __pcpu_param_set_##name};
__pcpu_param_type(byte, u8, kstrtou8(value, 0, (u8 *)param->arg)) __pcpu_param_type(
	ushort, u16, kstrtou16(value, 0, (u16 *)param->arg))
	__pcpu_param_type(int, int, kstrtoint(value, 0, (int *)param->arg)) __pcpu_param_type(
		uint, unsigned int, kstrtouint(value, 0, (unsigned int *)param->arg))
		__pcpu_param_type(long, long, kstrtol(value, 0, (long *)param->arg))
			__pcpu_param_type(ulong, unsigned long,
					  kstrtoul(value, 0, (unsigned long *)param->arg))
				__pcpu_param_type(ullong, unsigned long long,
						  kstrtoull(value, 0,
							    (unsigned long long *)param->arg))
					__pcpu_param_type(bool, bool,
							  kstrtobool(value, (bool *)param->arg))
						__pcpu_param_type(
							charp, char *,
							(*(const char **)param->arg = value, 0))

#define __pcpu_module_param(param_name, parameter_ops, parameter_arg)                             \
	static struct kernel_param __param_##param_name = {                                       \
		.name = #param_name, .ops = (parameter_ops), .arg = (parameter_arg)};             \
	static void __attribute__((__constructor__(900), __used__)) __param_of_##param_name(void) \
	{                                                                                         \
		__param_##param_name.next = __pcpu_module_params;                                 \
		__pcpu_module_params = &__param_##param_name;                                     \
	}                                                                                         \
	_Static_assert(1, "")
#define module_param_named(name, variable, type, perm) \
	__pcpu_module_param(name, &param_ops_##type, &(variable))
#define module_param(variable, type, perm) module_param_named(variable, variable, type, perm)
#define module_param_cb(name, ops, arg, perm) __pcpu_module_param(name, ops, arg)
#define core_param(name, variable, type, perm) module_param_named(name, variable, type, perm)
#define MODULE_PARM_DESC(variable, text) _Static_assert(1, "")

	/* @argument: NAME=VALUE, which stays; 0, or -EINVAL: wrong, or no such name; or -ERANGE. */
	static inline int __pcpu_set_module_param(const char *argument)
{
	const char *value = strchr(argument, '=');
	const size_t length = value ? (size_t)(value - argument) : 0;

	for (struct kernel_param *param = __pcpu_module_params; param && value; param = param->next)
		if (strlen(param->name) == length && strncmp(param->name, argument, length) == 0)
			return param->ops->set(value + 1, param);
	return -EINVAL;
}

#endif /* PERCPU_LINUX_MODULEPARAM_H */
