/* SPDX-License-Identifier: MIT */
/*
 * size_call.h - from a variable's size to one of four operations, by the kernel's names: for who
 * writes per-CPU operations of his own, as my_op_1(), my_op_2(), my_op_4() and my_op_8(). Include
 * it where you want them.
 *
 *	#define my_op(pcp, val) __pcpu_size_call(my_op_, pcp, val)
 *
 * All four have to compile with each variable; one runs. Any other size is a compile-time error, as
 * is what is no per-CPU variable to a checker. The library's own operations are made otherwise.
 */
#ifndef PERCPU_KERNEL_SIZE_CALL_H
#define PERCPU_KERNEL_SIZE_CALL_H

#include <percpu/access.h>
#include <percpu/impl/ops.h>

/** __pcpu_size_call() - a statement: stem1(variable, ...) and so on, by the variable's size. */
#define __pcpu_size_call(stem, variable, ...)           \
	do {                                            \
		__verify_pcpu_ptr(&(variable));         \
		__bad_size_call_parameter(variable);    \
		switch (sizeof(variable)) {             \
		case 1:                                 \
			stem##1(variable, __VA_ARGS__); \
			break;                          \
		case 2:                                 \
			stem##2(variable, __VA_ARGS__); \
			break;                          \
		case 4:                                 \
			stem##4(variable, __VA_ARGS__); \
			break;                          \
		default:                                \
			stem##8(variable, __VA_ARGS__); \
			break;                          \
		}                                       \
	} while (0)

#define __pcpu_size_call_result(variable, id, one, two, four, eight)               \
	__extension__({                                                            \
		__pcpu_value_type(variable) __pcpu_local(result, id);              \
		__verify_pcpu_ptr(&(variable));                                    \
		__bad_size_call_parameter(variable);                               \
		switch (sizeof(variable)) {                                        \
		case 1:                                                            \
			__pcpu_local(result, id) =                                 \
				__pcpu_cast(__pcpu_value_type(variable), (one));   \
			break;                                                     \
		case 2:                                                            \
			__pcpu_local(result, id) =                                 \
				__pcpu_cast(__pcpu_value_type(variable), (two));   \
			break;                                                     \
		case 4:                                                            \
			__pcpu_local(result, id) =                                 \
				__pcpu_cast(__pcpu_value_type(variable), (four));  \
			break;                                                     \
		default:                                                           \
			__pcpu_local(result, id) =                                 \
				__pcpu_cast(__pcpu_value_type(variable), (eight)); \
			break;                                                     \
		}                                                                  \
		__pcpu_local(result, id);                                          \
	})
/** __pcpu_size_call_return() - the result of stem1(variable) and so on, of the variable's type. */
#define __pcpu_size_call_return(stem, variable)                                              \
	__pcpu_size_call_result(variable, __COUNTER__, stem##1(variable), stem##2(variable), \
				stem##4(variable), stem##8(variable))
/** __pcpu_size_call_return2() - the same with more arguments. */
#define __pcpu_size_call_return2(stem, variable, ...)                                           \
	__pcpu_size_call_result(variable, __COUNTER__, stem##1(variable, __VA_ARGS__),          \
				stem##2(variable, __VA_ARGS__), stem##4(variable, __VA_ARGS__), \
				stem##8(variable, __VA_ARGS__))

/**
 * __pcpu_double_call_return_bool() - stem1(pcp1, pcp2, ...) and so on: whether it has stored
 *
 * The variables are of one size; that the second follows the first, which is aligned to both, is
 * for the operation to check.
 */
#define __pcpu_double_call_return_bool(stem, pcp1, pcp2, ...)                                    \
	__extension__({                                                                          \
		__verify_pcpu_ptr(&(pcp1));                                                      \
		__bad_size_call_parameter(pcp1);                                                 \
		__pcpu_static_assert(sizeof(pcp1) == sizeof(pcp2), "two variables of one size"); \
		sizeof(pcp1) == 1   ? stem##1(pcp1, pcp2, __VA_ARGS__)                           \
		: sizeof(pcp1) == 2 ? stem##2(pcp1, pcp2, __VA_ARGS__)                           \
		: sizeof(pcp1) == 4 ? stem##4(pcp1, pcp2, __VA_ARGS__)                           \
				    : stem##8(pcp1, pcp2, __VA_ARGS__);                          \
	})

#endif /* PERCPU_KERNEL_SIZE_CALL_H */
