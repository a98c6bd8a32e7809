/* SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception */
/* The file of the control socket: an old one taken away, permissions set before anybody can connect. */
#ifndef MGMT_CONTROL_SOCKET_H
#define MGMT_CONTROL_SOCKET_H

#include <uv.h>

/* group NULL: the daemon's own. Mode 0660. -EADDRINUSE: somebody listens there; -EEXIST: another kind of file; -ENOENT: no
 * such group; -ENAMETOOLONG. */
int control_socket_bind(uv_pipe_t *listener, const char *path, const char *group);

#endif
