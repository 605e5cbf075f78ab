/* SPDX-License-Identifier: MIT */
/* walk.h - what the object calls in the program that loads it. */
#ifndef WALK_H
#define WALK_H

#define LARGE 30000

/* Returns when another thread walks through the loaded objects. */
void let_walk(void);

#endif /* WALK_H */
