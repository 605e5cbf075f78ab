// SPDX-License-Identifier: MIT
#include "numbers/merge.h"

#include <stdio.h>
#include <string.h>

#include "harness/json.h"
#include "harness/json_file.h"
#include "numbers/document.h"

/* Numbers of Linux alone: what a distribution appends says nothing of speed. */
static void take_host(cJSON *to, const char *path, const cJSON *document)
{
	cJSON *host = cJSON_Duplicate(json_member(path, document, "host"), true);
	char release[64];

	snprintf(release, sizeof(release), "%s", json_text(path, host, "kernel_release"));
	release[strspn(release, "0123456789.")] = '\0';
	cJSON_ReplaceItemInObject(host, "kernel_release", cJSON_CreateString(release));
	cJSON_AddItemToObject(to, "host", host);
}

static void take(cJSON *to, const char *path)
{
	cJSON *document = json_file_read(path);
	const cJSON *curve, *backend = cJSON_GetObjectItem(document, "backend");

	if (!cJSON_GetObjectItem(to, "host"))
		take_host(to, path, document);
	if (backend && !cJSON_GetObjectItem(to, "backend"))
		cJSON_AddItemToObject(to, "backend", cJSON_Duplicate(backend, true));
	cJSON_ArrayForEach(curve, json_member(path, document, "curves")) cJSON_AddItemToArray(
		cJSON_GetObjectItem(to, "curves"), cJSON_Duplicate(curve, true));
	cJSON_Delete(document);
}

int merge(char *const *paths, bool quick)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "schema", SCHEMA);
	cJSON_AddBoolToObject(json, "quick", quick);
	cJSON_AddArrayToObject(json, "curves");
	for (; *paths; paths++)
		take(json, *paths);
	/* people look at the machine first */
	cJSON_AddItemToObject(json, "curves", cJSON_DetachItemFromObject(json, "curves"));
	return json_write(json, NULL);
}
