/* SPDX-License-Identifier: MIT */
/* plugin.h - what a plugin has for the program that loads it. */
#ifndef PLUGIN_H
#define PLUGIN_H

struct plugin {
	void (*count)(unsigned long rounds); /* at least one */
	unsigned long (*counted)(void);
};

#endif /* PLUGIN_H */
