/* SPDX-License-Identifier: MIT */
/*
 * The main thread's part: it accepts connections and hands them out, until it is told to stop.
 *
 * When all workers wait on one listening socket, the first to wake takes every connection that is
 * there, and most workers have nothing to do. One accepting thread deals them out evenly.
 */
#ifndef HTTP_SERVER_ACCEPTOR_H
#define HTTP_SERVER_ACCEPTOR_H

#include <signal.h>

#include <microhttpd.h>

/*
 * Hands connections from @listener to @workers until one of the signals in @stop, which are
 * blocked, arrives; then those that were waiting in the queue, and returns 0. -errno when it cannot
 * go on.
 */
int acceptor_run(int listener, struct MHD_Daemon *workers, const sigset_t *stop);

#endif
