// SPDX-License-Identifier: MIT
#include "operations/setting.h"

#include <string.h>

#include <percpu/backend.h>

const struct bench_setting bench_settings[NR_SETTINGS] = {
	[SETTING_USUAL] = {"usual", NULL, ""},
	[SETTING_FALLBACK] = {"fallback", "backend:fallback", "fallback"},
	[SETTING_MM_CID] = {"mm_cid", "index:mm_cid", "mm_cid"},
};

bool setting_is_in_force(enum bench_setting_id setting)
{
	return strstr(percpu_backend(), bench_settings[setting].backend_says);
}
