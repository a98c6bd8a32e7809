/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The file of the control socket and who may connect to it. */
#include "gw/mgmt/control_socket.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gw/base/log.h"
#include "gw/base/str.h"

/* Whether somebody listens on the socket, if only with a full queue: then it is not ours to
 * replace. */
static bool socket_alive(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool alive = false;

	if (fd < 0)
		return false;
	alive = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		errno == EAGAIN;
	close(fd);
	return alive;
}

/* libuv would say EACCES. Cuts path. */
static int folder_there(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return 0;
	*slash = '\0';
	return access(path, F_OK) ? -errno : 0;
}

/* Takes a socket file away that a daemon before left behind; anything else is left alone. */
static int clear_path(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;

	if (str_copy(address.sun_path, sizeof(address.sun_path), str_c(path)))
		return -ENAMETOOLONG;
	if (lstat(path, &st))
		return errno == ENOENT ? folder_there(address.sun_path) : -errno;
	if (!S_ISSOCK(st.st_mode)) {
		log_write(LOG_ERROR, "control", "%s is there and is no socket; name another path",
			  path);
		return -EEXIST;
	}
	if (socket_alive(&address))
		return -EADDRINUSE;
	return unlink(path) ? -errno : 0;
}

static int group_find(const char *name, gid_t *gid)
{
	struct group entry, *found = NULL;
	int err = ERANGE;

	/* A group of many members needs a large buffer. */
	for (size_t size = 2048; err == ERANGE && size <= 1u << 20; size *= 2) {
		char *buffer = malloc(size);

		err = buffer ? getgrnam_r(name, &entry, buffer, size, &found) : ENOMEM;
		if (!err && found)
			*gid = found->gr_gid;
		free(buffer);
	}
	if (!err && !found)
		log_write(LOG_ERROR, "control", "group '%s' does not exist", name);
	return err ? -err : found ? 0 : -ENOENT;
}

/* The group first: until it is set, the socket is the owner's alone. */
static int set_permissions(const char *path, const char *group)
{
	gid_t gid = (gid_t)-1;
	int err = group ? group_find(group, &gid) : 0;

	if (err)
		return err;
	if (group && chown(path, (uid_t)-1, gid))
		return -errno;
	return chmod(path, 0660) ? -errno : 0;
}

int control_socket_bind(uv_pipe_t *listener, const char *path, const char *group)
{
	int err = clear_path(path);
	mode_t mask;

	if (err)
		return err;
	mask = umask(0177);
	err = uv_pipe_bind(listener, path);
	(void)umask(mask);
	return err ? err : set_permissions(path, group);
}
