/* SPDX-License-Identifier: MIT */
/*
 * refcount.pml - a model of percpu_ref, for the model checker spin: steps A, J and S of
 * src/toolkit/split_count.h, and T, P, K and R of src/toolkit/refcount.c. With FALLBACK, steps B of the former.
 *
 * USERS users take a reference if they get one, with MORE perhaps a second one, and put what they have, ROUNDS
 * times. Each operation is on any of two CPUs, and may go to the word even if there is a part: as it does inside of a
 * section. A third thread kills the ref, waits for its release, and has it live again, LIVES times; with
 * SWITCHES it also joins and splits it in between.
 *
 * Who is in a sequence may be held up as long as he likes: nothing but a fence aborts him.
 *
 * What is checked:
 *  - at a release nobody has a reference, and there is one for each life;
 *  - nobody gets a reference of a live ref once it has been confirmed that there are none;
 *  - all runs end, so no release is missing.
 *
 * Each of the macros that CMakeLists.txt has in a list of mutations leaves out a part of the protocol, or has it at
 * a wrong place, and the check must fail with it.
 */
#ifndef LIVES
#define LIVES 2
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef USERS
#define USERS 2
#endif
#define SPLIT 20

int word = SPLIT + 1;
int part[2];
bool live[2]; /* in the fallback tier */
bool joined, dead;
bool aborted[2]; /* what a fence has done to a user's sequence */
bool taken;	 /* pcpu_switch_mutex */

/* What only the checks look at */
byte holding;	/* references of users */
byte releases, life;
bool confirmed;
byte ended;

inline release()
{
	d_step {
		assert(holding == 0 && releases == life);
		releases++
	}
}

/* A, or B: done says whether a part has been added to. */
inline add_to_part(change)
{
	done = false;
	if
	:: cpu = me
	:: change < 0 -> cpu = 1 - me /* it has been moved */
	fi;
#ifdef FALLBACK
	if
	:: !joined -> /* B1 */
		if
		:: !live[cpu] ->
#ifdef LIVE_UNLOCKED
			live[cpu] = true
#else
			atomic { !taken -> taken = true };
			if
#ifdef LIVE_ALWAYS
			:: true -> live[cpu] = true
#else
			:: !joined -> live[cpu] = true
			:: joined
#endif
			fi;
			taken = false
#endif
		:: live[cpu]
		fi;
		d_step { /* B2 */
			if
#ifdef NOT_LIVE
			:: true -> part[cpu] = part[cpu] + change; done = true
#else
			:: live[cpu] -> part[cpu] = part[cpu] + change; done = true
			:: else
#endif
			fi
		}
	:: joined
	fi
#else
	d_step {
		aborted[me] = false;
		passed = !joined
	}
	if
	:: passed -> /* A1: the commit */
		d_step {
			if
			:: !aborted[me] -> part[cpu] = part[cpu] + change; done = true
			:: aborted[me]
			fi;
			passed = false
		}
	:: !passed
	fi
#endif
}

inline maybe_add_to_part(change)
{
	if
	:: add_to_part(change)
	:: done = false
	fi
}

inline get()
{
	maybe_add_to_part(1);
	if
	:: !done -> word++ /* A2 */
	:: done
	fi;
	holding++
}

/* T1 and T2; got */
inline tryget(of_live)
{
	/* its success is the commit: nobody may have confirmed that there is none */
	d_step {
		had_confirmed = confirmed;
		its_life = life
	}
	maybe_add_to_part(1);
	got = done;
	if
	:: done -> d_step { assert(!(of_live && had_confirmed && its_life == life)); holding++ }
	:: !done ->
		d_step {
			if
#ifdef FROM_ZERO
			:: !(of_live && dead) ->
#else
			:: word != 0 && !(of_live && dead) ->
#endif
				word++;
				assert(!(of_live && confirmed));
				holding++;
				got = true
			:: else
			fi
		}
	fi
}

/* P1 */
inline put_in_word()
{
	d_step {
		word--;
		zero = word == 0
	}
	if
	:: zero -> release()
	:: !zero
	fi;
	zero = false
}

inline put()
{
	holding--;
	maybe_add_to_part(-1);
	if
	:: !done -> put_in_word()
	:: done
	fi;
	done = false
}

proctype user(byte me)
{
	bool passed, done, got, zero, had_confirmed;
	byte cpu, n, its_life;

	do
	:: n == ROUNDS -> break
	:: n < ROUNDS ->
		n++;
		if
		:: tryget(true)
		:: tryget(false)
		fi;
		if
		:: got ->
#ifdef MORE
			if
			:: get(); put()
			:: skip
			fi;
#endif
			put()
		:: !got
		fi
	od;
	ended++
}

inline fence()
{
#if defined(FALLBACK) || defined(NO_FENCE)
	skip
#else
	d_step {
		aborted[0] = true;
		aborted[1] = true
	}
#endif
}

inline take_part(c)
{
#ifdef FALLBACK
#ifdef PLAIN_END
	seen = part[c];
	live[c] = false;
	sum = sum + seen
#else
	d_step {
		live[c] = false;
		sum = sum + part[c]
	}
#endif
#else
	sum = sum + part[c]
#endif
}

/* J */
inline join()
{
	sum = 0;
#ifdef FENCE_FIRST
	fence();
#endif
#ifdef SUM_FIRST
	take_part(0);
	take_part(1);
#endif
	joined = true; /* J1 */
#ifndef FENCE_FIRST
	fence(); /* J2 */
#endif
#ifndef SUM_FIRST
	take_part(0); /* J3 */
	take_part(1);
#endif
#ifdef TWO_ADDITIONS
	d_step { word = word - SPLIT; zero = word == 0 };
	if
	:: zero -> release()
	:: !zero
	fi;
	zero = false;
	word = word + sum
#else
	word = word + sum - SPLIT /* J4 */
#endif
}

/* S */
inline split()
{
#ifdef JOINED_FIRST
	joined = false;
#endif
#ifndef PARTS_STAY
	part[0] = 0; /* S1 */
	part[1] = 0;
#endif
#ifndef WORD_STAYS
	word = word + SPLIT; /* S2 */
#endif
#ifndef JOINED_FIRST
	joined = false; /* S3 */
#endif
}

inline take()
{
	atomic { !taken -> taken = true }
}

active proctype killer()
{
	bool zero;
	int sum, seen;

	do
	:: life == LIVES -> break
	:: life < LIVES ->
#ifdef SWITCHES
		take();
		join();
		taken = false;
		take();
		split();
		taken = false;
#endif
		take();
#ifndef NOT_DEAD
		dead = true; /* K1 */
#endif
#ifdef CONFIRM_FIRST
		confirmed = true;
#endif
		join(); /* K2 */
		taken = false;
		confirmed = true;
		put_in_word(); /* K3 */
		releases == life + 1;
		d_step {
			assert(word == 0);
			life++;
			confirmed = false
		}
		if
		:: life < LIVES ->
			take();
			d_step { /* R1 */
				dead = false;
				word++
			}
			split(); /* R2 */
			taken = false
		:: else
		fi
	od;
	ended++
}

init
{
	atomic {
		run user(0);
#if USERS == 2
		run user(1)
#endif
	}
	ended == USERS + 1;
	assert(releases == LIVES && holding == 0)
}
