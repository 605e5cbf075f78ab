/* SPDX-License-Identifier: MIT */
/*
 * locks.pml - a model of the order of locks in src/ground/lock.h, with handlers of signals and
 * fork(), for the model checker spin.
 *
 * A thread allocates: it takes a CPU's lock by trying and drops it, then the allocator's mutex and
 * under it that of the metadata. Another one is in the C library's malloc, with a lock of that, or has
 * that of the metadata alone. Both are interrupted once, between any two steps, by a handler that operates, and
 * for it has to open a unit. A third thread opens a unit in the usual way. A fourth one forks: it takes what
 * lock.h says, then what the C library takes, and drops all of it.
 *
 * What is checked: all runs end, so nobody waits in a circle.
 *
 * Each of the macros below changes the order, and the check must fail with it: UNITS_FIRST (fork
 * takes the unit lock before the others), UNITS_LAST (behind them, but around what the C library
 * takes), UNIT_BEFORE_MEM (fork has it while it waits for the metadata's), STOP_UNDER_UNIT (or for the
 * CPUs' locks), ALLOCATE_UNDER_UNIT, UNMASKED (a handler comes to who has
 * a lock that handlers take).
 */
#define NOBODY	0
#define ALLOC	0
#define CPU	1
#define MEM	2
#define UNIT	3
#define LIBC	4 /* what fork() takes behind the library's back */
byte owner[5];

inline take(l)
{
	atomic {
		owner[l] == NOBODY ->
		owner[l] = _pid + 1
	}
}

inline drop(l)
{
	assert(owner[l] == _pid + 1);
	owner[l] = NOBODY
}

inline open_unit_masked()
{
	take(UNIT);
#ifdef ALLOCATE_UNDER_UNIT
	take(MEM);
	drop(MEM);
#endif
	drop(UNIT)
}

/* In the thread that it interrupts, which goes on behind it. */
inline maybe_handle()
{
	if
	:: !handled ->
		handled = true;
		open_unit_masked()
	:: skip
	fi
}

inline open_unit()
{
	take(UNIT);
#ifdef UNMASKED
	maybe_handle();
#endif
#ifdef ALLOCATE_UNDER_UNIT
	take(MEM);
	drop(MEM);
#endif
	drop(UNIT)
}

active proctype allocating()
{
	bool handled;

	maybe_handle();
	if
	:: atomic { owner[CPU] == NOBODY -> owner[CPU] = _pid + 1 } /* tried */
		maybe_handle();
		drop(CPU)
	:: skip
	fi;
	take(ALLOC);
	maybe_handle();
	take(MEM);
	maybe_handle();
	drop(MEM);
	/* a span is committed in all units */
	take(UNIT);
	drop(UNIT);
	drop(ALLOC);
	maybe_handle();
	open_unit()
}

/* In malloc, or in metadata without the allocator. */
active proctype in_memory()
{
	bool handled;
	byte lock = LIBC;

	if
	:: lock = MEM
	:: skip
	fi;
	take(lock);
	maybe_handle();
	drop(lock)
}

active proctype opening()
{
	open_unit_masked()
}

active proctype forking()
{
#ifdef UNITS_FIRST
	take(UNIT);
#endif
	take(ALLOC);
#ifdef STOP_UNDER_UNIT
	take(UNIT);
#endif
	take(CPU); /* who has it is waited for, and nobody gets it any more */
#ifdef STOP_UNDER_UNIT
	drop(UNIT);
#endif
#ifdef UNIT_BEFORE_MEM
	take(UNIT);
#endif
	take(MEM);
#ifdef UNIT_BEFORE_MEM
	drop(UNIT);
#endif
#ifdef UNITS_LAST
	take(UNIT);
#endif
	take(LIBC);
	drop(LIBC);
#if defined(UNITS_FIRST) || defined(UNITS_LAST)
	drop(UNIT);
#endif
	drop(MEM);
	drop(CPU);
	drop(ALLOC)
}
