/* SPDX-License-Identifier: MIT */
/* The listening socket. */
#ifndef HTTP_SERVER_LISTENER_H
#define HTTP_SERVER_LISTENER_H

#include <stdio.h>
#include <sys/socket.h>

/* A non-blocking socket that listens on @address, or -errno, with what failed in @what. */
int listener_open(const struct sockaddr_storage *address, socklen_t length, const char **what);

/* Prints the address and port that @fd listens on, as in "127.0.0.1:8080" or "[::1]:8080". */
void listener_print(int fd, FILE *out);

#endif
