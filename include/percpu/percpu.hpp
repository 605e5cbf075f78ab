/* SPDX-License-Identifier: MIT */
/*
 * percpu.hpp - per-CPU variables in C++17, without macros: percpu::var, ptr, array, counter, and
 * the guards percpu::section, remote_section and local_lock.
 *
 *	percpu::var<unsigned long> requests;		// one copy a CPU
 *	++requests;					// any thread, handlers of signals too
 *	requests.sum();					// exact when nobody counts meanwhile
 *
 *	struct stats {
 *		unsigned long hits, bytes;
 *	};
 *	percpu::var<stats> s;
 *	s->*&stats::hits += 1;				// a field of it
 *	{
 *		percpu::section here;			// this CPU's copies to oneself
 *		stats &mine = here[s];
 *		mine.hits++;
 *		mine.bytes += length;
 *	}
 *
 * Everything is inline, and compiles to what the macros of the C headers compile to. What is safe
 * in which thread and in handlers of signals is said there, at the name that each comment gives. C
 * variables (DEFINE_PER_CPU) are used through percpu::ptr(&variable).
 *
 * Exceptions: std::bad_alloc where there is no memory, and std::system_error where something is
 * refused; no other call throws. With -fno-exceptions these end the program with a message.
 */
#ifndef PERCPU_PERCPU_HPP
#define PERCPU_PERCPU_HPP

#if !defined(__cplusplus) || __cplusplus < 201703L
#error "percpu.hpp is for C++17 and later; percpu.h is for C and C++"
#endif

#include <cstddef>
#include <cstdint>
#include <new>
#include <system_error>
#include <type_traits>
#include <utility>

#include <percpu/percpu.h>

namespace percpu
{

template <typename T> class ptr;
template <typename T> class var;
template <typename T> class array;

namespace detail
{

/* What a sum of @T has: 64 bits, whatever the variable's own width; reals keep theirs. */
template <typename T> struct sum_of {
	using type = decltype(std::declval<T>() + 0L);
};

[[noreturn]] inline void refuse(int error, const char *what)
{
#if defined(__cpp_exceptions)
	throw std::system_error(error, std::generic_category(), what);
#else
	percpu_fatal("%s: error %d", what, error);
#endif
}

[[noreturn]] inline void no_memory(const char *what)
{
#if defined(__cpp_exceptions)
	(void)what;
	throw std::bad_alloc();
#else
	percpu_fatal("%s: no memory", what);
#endif
}

/* Copies begin as zeroes, are never destroyed one by one, and may be read while they change. */
template <typename T> constexpr bool is_plain_data()
{
	return std::is_object_v<T> && std::is_trivially_copyable_v<T> &&
	       std::is_trivially_destructible_v<T> && !std::is_const_v<T> && !std::is_volatile_v<T>;
}

template <typename T> T __percpu *allocate(std::size_t nr)
{
	static_assert(is_plain_data<T>(), "a per-CPU object is plain data: trivially copyable and "
					  "destructible, not const or volatile");
	std::size_t size = 0;

	if (__builtin_mul_overflow(nr, sizeof(T), &size))
		no_memory("percpu: an array of more bytes than there are");
	void __percpu *p = __alloc_percpu(size, alignof(T));
	if (!p)
		no_memory("percpu: an allocation");
	return static_cast<T __percpu *>(p);
}

} /* namespace detail */

/**
 * percpu::ptr<T> - a per-CPU pointer, and what can be done with what it points to
 *
 * Owns nothing; 8 bytes, copied freely. Made of a variable's address, `percpu::ptr p(&requests)`,
 * of a pointer that the C calls gave, or by var and array. Operations are for types of 1, 2, 4 or 8
 * bytes, and those that compute for integers; what makes no sense does not compile. Reads and
 * writes are whole. Of a null pointer nothing but operator bool and comparisons.
 */
template <typename T> class ptr
{
public:
	using element_type = T;

	constexpr ptr() noexcept = default;
	constexpr ptr(std::nullptr_t) noexcept
	{
	}
	/* not explicit: a pointer of the C calls is one of these */
	constexpr ptr(T __percpu *p) noexcept : at(p)
	{
	}

	/** get() - the pointer, for the C calls. */
	constexpr T __percpu *get() const noexcept
	{
		return at;
	}
	constexpr explicit operator bool() const noexcept
	{
		return at != nullptr;
	}

	/** load() - this CPU's value: this_cpu_read(). */
	T load() const noexcept
	{
		return this_cpu_read(*at);
	}
	/** store() - this_cpu_write(). */
	void store(T value) const noexcept
	{
		this_cpu_write(*at, value);
	}
	/** add(), sub() - this_cpu_add(), this_cpu_sub(). Integers wrap. */
	void add(T value) const noexcept
	{
		this_cpu_add(*at, value);
	}
	void sub(T value) const noexcept
	{
		this_cpu_sub(*at, value);
	}
	/** inc(), dec() - this_cpu_inc(), this_cpu_dec(). */
	void inc() const noexcept
	{
		this_cpu_inc(*at);
	}
	void dec() const noexcept
	{
		this_cpu_dec(*at);
	}
	/** bit_and(), bit_or() - this_cpu_and(), this_cpu_or(). */
	void bit_and(T value) const noexcept
	{
		this_cpu_and(*at, value);
	}
	void bit_or(T value) const noexcept
	{
		this_cpu_or(*at, value);
	}
	/** add_return() - add, and what this CPU's copy is then: this_cpu_add_return(). */
	T add_return(T value) const noexcept
	{
		return this_cpu_add_return(*at, value);
	}
	/** exchange() - this_cpu_xchg(): the old value. */
	T exchange(T value) const noexcept
	{
		return this_cpu_xchg(*at, value);
	}
	/** exchange_on() - the same on a CPU that is named: per_cpu_xchg(); may block. */
	T exchange_on(unsigned int cpu, T value) const noexcept
	{
		return per_cpu_xchg(*at, cpu, value);
	}
	/**
	 * compare_exchange() - this_cpu_cmpxchg(), the old value; compare_exchange_strong() - as
	 * std::atomic's: this_cpu_try_cmpxchg()
	 */
	T compare_exchange(T expected, T desired) const noexcept
	{
		return this_cpu_cmpxchg(*at, expected, desired);
	}
	bool compare_exchange_strong(T &expected, T desired) const noexcept
	{
		return this_cpu_try_cmpxchg(*at, &expected, desired);
	}

	void operator++() const noexcept
	{
		inc();
	}
	void operator--() const noexcept
	{
		dec();
	}
	void operator+=(T value) const noexcept
	{
		add(value);
	}
	void operator-=(T value) const noexcept
	{
		sub(value);
	}
	void operator&=(T value) const noexcept
	{
		bit_and(value);
	}
	void operator|=(T value) const noexcept
	{
		bit_or(value);
	}

	/** sum() - of all CPUs' copies, in 64 bits: per_cpu_sum(), which says how exact. */
	auto sum() const noexcept
	{
		return per_cpu_sum(*at);
	}
	/** on() - the copy of the possible CPU @cpu; opens its unit: per_cpu_ptr(). */
	T &on(unsigned int cpu) const noexcept
	{
		return *per_cpu_ptr(at, cpu);
	}
	/**
	 * for_each() - @visit(cpu, copy) for every CPU that has been used
	 *
	 * The copies of the others are the initial values, or zeroes, and no memory is made for
	 * them. Nobody is kept from changing a copy meanwhile.
	 */
	template <typename Visit> void for_each(Visit &&visit) const
	{
		unsigned int cpu = 0;

		for_each_possible_cpu(cpu)
			if (percpu_unit_is_open(cpu))
				visit(cpu, on(cpu));
	}

	/** ->* - a field of the object: a percpu::ptr to it. */
	template <typename Class, typename Member>
	ptr<Member> operator->*(Member Class::*field) const noexcept
	{
		return ptr<Member>(&(at->*field));
	}
	/** + and [] - the elements behind it, if it points to the first of several. */
	ptr operator+(std::ptrdiff_t i) const noexcept
	{
		return ptr(at + i);
	}
	ptr operator[](std::size_t i) const noexcept
	{
		return ptr(at + i);
	}

	friend constexpr bool operator==(ptr a, ptr b) noexcept
	{
		return a.at == b.at;
	}
	friend constexpr bool operator!=(ptr a, ptr b) noexcept
	{
		return a.at != b.at;
	}

private:
	T __percpu *at = nullptr;
};

template <typename T> ptr(T *) -> ptr<T>;

/**
 * percpu::var<T> - an object of which every CPU has a copy, and which this one owns
 *
 * Made by alloc_percpu(), given back by free_percpu(): whoever may still use it must have stopped.
 * All copies are zero at first. Can be moved, and is empty then. As a global it can be used from
 * when its constructor has run; what is to count earlier is a DEFINE_PER_CPU() and a ptr.
 *
 * Throws std::bad_alloc. T is plain data, of up to 32,768 bytes.
 */
template <typename T> class var : public ptr<T>
{
public:
	var() : ptr<T>(detail::allocate<T>(1))
	{
	}
	var(var &&other) noexcept : ptr<T>(other.release())
	{
	}
	var &operator=(var &&other) noexcept
	{
		if (this != &other)
			reset(other.release());
		return *this;
	}
	var(const var &) = delete;
	var &operator=(const var &) = delete;
	~var()
	{
		free_percpu(this->get());
	}

	/** own() - the owner of what a C call allocated. */
	static var own(T __percpu *p) noexcept
	{
		return var(p);
	}
	/** release() - the pointer, which is the caller's to free. */
	T __percpu *release() noexcept
	{
		return std::exchange(static_cast<ptr<T> &>(*this), ptr<T>()).get();
	}

private:
	explicit var(T __percpu *p) noexcept : ptr<T>(p)
	{
	}
	void reset(T __percpu *p) noexcept
	{
		free_percpu(std::exchange(static_cast<ptr<T> &>(*this), ptr<T>(p)).get());
	}
};

/**
 * percpu::array<T> - @size objects one behind the other, of which every CPU has a copy
 *
 * As var. [i] is a ptr to an element; i is not checked. Throws std::bad_alloc, also for a size
 * whose bytes are no number, or of 0.
 */
template <typename T> class array
{
public:
	explicit array(std::size_t size) : first(detail::allocate<T>(size)), nr(size)
	{
	}
	array(array &&other) noexcept
	    : first(std::exchange(other.first, ptr<T>())), nr(std::exchange(other.nr, 0U))
	{
	}
	array &operator=(array &&other) noexcept
	{
		if (this != &other) {
			free_percpu(first.get());
			first = std::exchange(other.first, ptr<T>());
			nr = std::exchange(other.nr, 0U);
		}
		return *this;
	}
	array(const array &) = delete;
	array &operator=(const array &) = delete;
	~array()
	{
		free_percpu(first.get());
	}

	std::size_t size() const noexcept
	{
		return nr;
	}
	ptr<T> data() const noexcept
	{
		return first;
	}
	ptr<T> operator[](std::size_t i) const noexcept
	{
		return first[i];
	}

private:
	ptr<T> first;
	std::size_t nr;
};

/**
 * percpu::counter - a percpu_counter: a cheap approximate value, an exact one, and limits
 *
 * Costs three times what a var<long> does, for read(), limited_add() and compare(), which that one
 * has not. Throws std::bad_alloc, and std::system_error (EOPNOTSUPP) where copies are shared.
 */
class counter
{
public:
	explicit counter(std::int64_t value = 0)
	{
		const int error = percpu_counter_init(&c, value, GFP_KERNEL);

		if (error == -ENOMEM)
			detail::no_memory("percpu::counter");
		if (error)
			detail::refuse(-error, "percpu::counter");
	}
	counter(const counter &) = delete;
	counter &operator=(const counter &) = delete;
	~counter()
	{
		percpu_counter_destroy(&c);
	}

	void add(std::int64_t amount) noexcept
	{
		percpu_counter_add(&c, amount);
	}
	void add(std::int64_t amount, std::int32_t batch) noexcept
	{
		percpu_counter_add_batch(&c, amount, batch);
	}
	void operator++() noexcept
	{
		percpu_counter_inc(&c);
	}
	void operator--() noexcept
	{
		percpu_counter_dec(&c);
	}
	void operator+=(std::int64_t amount) noexcept
	{
		percpu_counter_add(&c, amount);
	}
	void operator-=(std::int64_t amount) noexcept
	{
		percpu_counter_sub(&c, amount);
	}
	/** read() - the approximate value. */
	std::int64_t read() const noexcept
	{
		return percpu_counter_read(&c);
	}
	/** sum() - the exact one; sum_and_reset() - and 0 is left. */
	std::int64_t sum() noexcept
	{
		return percpu_counter_sum(&c);
	}
	std::int64_t sum_and_reset() noexcept
	{
		return percpu_counter_sum_and_reset(&c);
	}
	void set(std::int64_t value) noexcept
	{
		percpu_counter_set(&c, value);
	}
	/** compare() - 1, 0 or -1: above, equal to or below @value. */
	int compare(std::int64_t value) noexcept
	{
		return percpu_counter_compare(&c, value);
	}
	/** limited_add() - false, and nothing is added, if the value would pass @limit. */
	bool limited_add(std::int64_t limit, std::int64_t amount) noexcept
	{
		return percpu_counter_limited_add(&c, limit, amount);
	}
	/** get() - for the C calls. */
	percpu_counter *get() noexcept
	{
		return &c;
	}

private:
	percpu_counter c;
};

/**
 * percpu::section - from its begin to its end this CPU's copies are the caller's alone
 *
 * get_cpu_var() and put_cpu_var(); section.h says what one may do inside. Sections nest. Belongs to
 * the thread that began it, and ends in its block.
 */
class section
{
public:
	section() noexcept : base(__pcpu_hold())
	{
	}
	section(const section &) = delete;
	section &operator=(const section &) = delete;
	~section()
	{
		__pcpu_release();
	}

	/** [] - this CPU's copy of @p's object. */
	template <typename T> T &operator[](const ptr<T> &p) const noexcept
	{
		return *SHIFT_PERCPU_PTR(p.get(), base);
	}
	template <typename T> T &operator[](T __percpu *p) const noexcept
	{
		return *SHIFT_PERCPU_PTR(p, base);
	}
	/** cpu() - the CPU that is held. */
	unsigned int cpu() const noexcept
	{
		return __pcpu_held_cpu();
	}

private:
	const std::uintptr_t base;
};

/**
 * percpu::remote_section - the same of a CPU that is named: percpu_remote_begin()
 *
 * Throws std::system_error: EINVAL, no such CPU; EDEADLK, the caller holds another one, or local
 * locks of one; EBUSY, other threads are pinned to it.
 */
class remote_section
{
public:
	explicit remote_section(unsigned int cpu) : held(cpu)
	{
		const int error = percpu_remote_begin(cpu);

		if (error)
			detail::refuse(-error, "percpu::remote_section");
	}
	remote_section(const remote_section &) = delete;
	remote_section &operator=(const remote_section &) = delete;
	~remote_section()
	{
		percpu_remote_end(held);
	}

	template <typename T> T &operator[](const ptr<T> &p) const noexcept
	{
		return p.on(held);
	}
	template <typename T> T &operator[](T __percpu *p) const noexcept
	{
		return ptr<T>(p).on(held);
	}
	unsigned int cpu() const noexcept
	{
		return held;
	}

private:
	const unsigned int held;
};

/** percpu::try_to_lock - for a local_lock that does not wait. */
struct try_to_lock_t {
	explicit try_to_lock_t() = default;
};
inline constexpr try_to_lock_t try_to_lock{};

/**
 * percpu::local_lock - has this CPU's copy of a local_lock_t from its begin to its end
 *
 * local_lock() and local_unlock(); local_lock.h says where. With try_to_lock it may have none:
 * operator bool says so.
 */
class local_lock
{
public:
	explicit local_lock(ptr<local_lock_t> lock) noexcept : at(lock), taken(true)
	{
		::local_lock(at.get());
	}
	local_lock(ptr<local_lock_t> lock, try_to_lock_t) noexcept
	    : at(lock), taken(::local_trylock(lock.get()))
	{
	}
	local_lock(const local_lock &) = delete;
	local_lock &operator=(const local_lock &) = delete;
	~local_lock()
	{
		if (taken)
			::local_unlock(at.get());
	}

	explicit operator bool() const noexcept
	{
		return taken;
	}
	/** [] - the copy of @p's object on the CPU whose lock it is. */
	template <typename T> T &operator[](const ptr<T> &p) const noexcept
	{
		return *this_cpu_ptr(p.get());
	}
	template <typename T> T &operator[](T __percpu *p) const noexcept
	{
		return *this_cpu_ptr(p);
	}

private:
	const ptr<local_lock_t> at;
	const bool taken;
};

} /* namespace percpu */

#endif /* PERCPU_PERCPU_HPP */
