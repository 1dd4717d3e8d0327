/*
 * A layer under a process (LD_PRELOAD) that writes down what it does to the files below one folder, so that
 * a power cut can be simulated afterwards, and that can make the disk misbehave.
 *
 * Order, and why it is conservative:
 *  - A change (write, truncate, rename, …) is issued and recorded under one lock, and recorded after it
 *    succeeded. So the journal's order of changes is the order in which they took effect, and a change is in
 *    the journal before its caller can know that it happened.
 *  - A sync is issued outside the lock. A mark before it (`begin`) and one after its success (`end`) bound it:
 *    only changes recorded before `begin` count as covered. A change that a slow sync happened to catch while
 *    it ran counts as not synced, which the caller could not rely on either.
 *  - `end` is written before the sync returns to its caller, so whatever the caller goes on to acknowledge
 *    finds its sync in the journal.
 *  - Each record is one write(2) to a file opened O_APPEND, so processes may share a journal; a record cut
 *    short by SIGKILL is the last one and is ignored. At most one change a process (the one under way at the
 *    kill) can have happened without a record: a cut a moment earlier.
 *  - sync_file_range, sync, close and msync promise nothing here. What the layer cannot follow (a writable shared
 *    mapping other than SQLite's -shm, stdio, sendfile, symlinks) is recorded as `unsupported`: the replay then
 *    refuses to judge rather than judging wrongly.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { CREATE = 1, MKDIR, WRITE, TRUNCATE, EXTEND, RENAME, UNLINK, LINK, SYNC_BEGIN, SYNC_END, SYNC_FAILED, SYNC_LIE, UNSUPPORTED };

struct record { uint32_t magic, kind, path_bytes, other_bytes, data_bytes, reserved; uint64_t inode, offset; };

/* Shared with the harness, which changes it while the process runs. */
struct control {
  int64_t space_left;   /* bytes by which files may still grow; negative: no limit */
  int64_t sync_errors;  /* so many coming syncs fail with EIO */
  int64_t read_only;    /* every change and every opening for writing fails with EROFS */
  int64_t sync_lies;    /* syncs answer success and do nothing */
  int64_t sync_delay_us;/* every sync takes at least so long */
  int64_t faults;       /* how often the layer made something fail */
  int64_t clock_shift_seconds; /* by which the machine's clock is wrong */
};

static char root[PATH_MAX];
static size_t root_bytes;
static dev_t root_device;
static int journal = -1;
static struct control no_faults = { .space_left = -1 };
static struct control *control = &no_faults;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t sync_count;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}
/* Looked up once each: dlsym is too slow for every write. */
#define CACHED(name) ({ static __typeof__(&name) cached; if (!cached) cached = REAL(name); cached; })

__attribute__((constructor)) static void start(void) {
  const char *folder = getenv("DISK_LAYER_FOLDER"), *to = getenv("DISK_LAYER_JOURNAL"), *shared = getenv("DISK_LAYER_CONTROL");
  struct stat found;
  if (!folder || !to || !realpath(folder, root) || stat(root, &found) != 0) return;
  root_bytes = strlen(root);
  root_device = found.st_dev;
  journal = REAL(open64)(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (journal < 0) abort();
  int fd = shared ? REAL(open64)(shared, O_RDWR | O_CLOEXEC, 0) : -1;
  if (fd >= 0) {
    void *mapped = REAL(mmap64)(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) abort();
    control = mapped;
    close(fd);
  }
}

static int fail(int error) {
  __atomic_fetch_add(&control->faults, 1, __ATOMIC_SEQ_CST);
  errno = error;
  return -1;
}

static void put(int kind, uint64_t inode, uint64_t offset, const char *path, const char *other, const struct iovec *parts, int count, size_t bytes) {
  struct record head = { 0x4b4a3031, kind, path ? strlen(path) : 0, other ? strlen(other) : 0, bytes, 0, inode, offset };
  struct iovec out[3 + count];
  int used = 0;
  size_t total = sizeof head + head.path_bytes + head.other_bytes + bytes, left = bytes;
  out[used++] = (struct iovec){ &head, sizeof head };
  if (path) out[used++] = (struct iovec){ (void *)path, head.path_bytes };
  if (other) out[used++] = (struct iovec){ (void *)other, head.other_bytes };
  for (int i = 0; i < count && left > 0; i++) {
    size_t here = parts[i].iov_len < left ? parts[i].iov_len : left;
    out[used++] = (struct iovec){ parts[i].iov_base, here };
    left -= here;
  }
  int before = errno;
  if (CACHED(writev)(journal, out, used) != (ssize_t)total) abort();
  errno = before;
}
static void note(int kind, uint64_t inode, uint64_t offset, const char *path, const char *other) {
  put(kind, inode, offset, path, other, NULL, 0, 0);
}
static void unsupported(const char *what, const char *path) { note(UNSUPPORTED, 0, 0, what, path); }

/* The path below the root ("" is the root itself), or NULL if it lies elsewhere. Symlinks are not followed. */
static const char *below(int folder, const char *path, char out[PATH_MAX]) {
  if (journal < 0 || !path) return NULL;
  char whole[2 * PATH_MAX];
  if (path[0] == '/') snprintf(whole, sizeof whole, "%s", path);
  else {
    char start[PATH_MAX], link[64];
    if (folder == AT_FDCWD) { if (!getcwd(start, sizeof start)) return NULL; }
    else {
      snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
      ssize_t n = readlink(link, start, sizeof start - 1);
      if (n < 0) return NULL;
      start[n] = 0;
    }
    snprintf(whole, sizeof whole, "%s/%s", start, path);
  }
  size_t used = 0;
  char *state, *part;
  char clean[PATH_MAX] = "";
  for (part = strtok_r(whole, "/", &state); part; part = strtok_r(NULL, "/", &state)) {
    if (strcmp(part, ".") == 0) continue;
    if (strcmp(part, "..") == 0) { while (used > 0 && clean[--used] != '/') {} clean[used] = 0; continue; }
    size_t n = strlen(part);
    if (used + n + 2 > sizeof clean) return NULL;
    clean[used++] = '/';
    memcpy(clean + used, part, n + 1);
    used += n;
  }
  if (strncmp(clean, root, root_bytes) != 0 || (clean[root_bytes] != 0 && clean[root_bytes] != '/')) return NULL;
  snprintf(out, PATH_MAX, "%s", clean[root_bytes] ? clean + root_bytes + 1 : "");
  return out;
}

/* A regular file or folder on the root's device. Files elsewhere on it are recorded too: the replay does not know their inodes and skips them. */
static int tracked(int fd, struct stat *found) {
  return journal >= 0 && fstat(fd, found) == 0 && found->st_dev == root_device && (S_ISREG(found->st_mode) || S_ISDIR(found->st_mode));
}

/* ---- opening ---- */

static int open_tracked(int folder, const char *path, const char *name, int flags, mode_t mode) {
  struct stat found;
  int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
  if (writes && control->read_only) return fail(EROFS);
  if ((flags & O_TMPFILE) == O_TMPFILE) unsupported("O_TMPFILE", name);
  pthread_mutex_lock(&lock);
  int before = errno;
  int absent = fstatat(folder, path, &found, 0) != 0;
  errno = before;
  int fd = REAL(openat64)(folder, path, flags, mode);
  if (fd >= 0 && fstat(fd, &found) == 0) {
    if (absent && (flags & O_CREAT)) note(CREATE, found.st_ino, 0, name, NULL);
    else if (flags & O_TRUNC) note(TRUNCATE, found.st_ino, 0, NULL, NULL);
  }
  pthread_mutex_unlock(&lock);
  return fd;
}
#define MODE(flags, last) ({ mode_t mode = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list args; va_start(args, last); mode = va_arg(args, mode_t); va_end(args); } mode; })
#define OPEN_BODY(function, folder, path, flags, ...) \
  char name[PATH_MAX]; \
  mode_t mode = MODE(flags, flags); \
  if (below(folder, path, name)) return open_tracked(folder, path, name, flags, mode); \
  return CACHED(function)(__VA_ARGS__, mode);
int open(const char *path, int flags, ...) { OPEN_BODY(open, AT_FDCWD, path, flags, path, flags) }
int open64(const char *path, int flags, ...) { OPEN_BODY(open64, AT_FDCWD, path, flags, path, flags) }
int openat(int folder, const char *path, int flags, ...) { OPEN_BODY(openat, folder, path, flags, folder, path, flags) }
int openat64(int folder, const char *path, int flags, ...) { OPEN_BODY(openat64, folder, path, flags, folder, path, flags) }
int creat(const char *path, mode_t mode) { return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

static int is_refused(int folder, const char *path, int mode) {
  char name[PATH_MAX];
  return (mode & W_OK) && control->read_only && below(folder, path, name);
}
int access(const char *path, int mode) { return is_refused(AT_FDCWD, path, mode) ? fail(EROFS) : CACHED(access)(path, mode); }
int faccessat(int folder, const char *path, int mode, int flags) {
  return is_refused(folder, path, mode) ? fail(EROFS) : CACHED(faccessat)(folder, path, mode, flags);
}

#define FOPEN(function) FILE *function(const char *path, const char *how) { \
  char name[PATH_MAX]; \
  if (strpbrk(how, "wa+") && below(AT_FDCWD, path, name)) { \
    if (control->read_only) { fail(EROFS); return NULL; } \
    unsupported("stdio", name); \
  } \
  return CACHED(function)(path, how); }
FOPEN(fopen)
FOPEN(fopen64)

/* ---- writing ---- */

/* How many of these bytes the disk takes, at most `bytes`; -1 if none. Called under the lock. */
static ssize_t allowed(const struct stat *found, off_t offset, size_t bytes) {
  if (control->read_only) return fail(EROFS);
  if (control->space_left < 0) return bytes;
  off_t grows = offset + (off_t)bytes - found->st_size;
  if (grows <= 0) return bytes;
  if (grows <= control->space_left) { control->space_left -= grows; return bytes; }
  ssize_t fits = (ssize_t)bytes - (grows - control->space_left);
  if (fits <= 0) return fail(ENOSPC);
  control->space_left = 0;
  return fits;
}

/* `offset` negative: at the file's own position, or its end where it was opened to append. */
static ssize_t write_tracked(int fd, const struct iovec *parts, int count, off_t offset) {
  struct stat found;
  size_t bytes = 0;
  ssize_t done = -1;
  if (count > 512) count = 512; /* A short write; the record needs parts of its own below IOV_MAX. */
  for (int i = 0; i < count; i++) bytes += parts[i].iov_len;
  pthread_mutex_lock(&lock);
  fstat(fd, &found);
  int own = offset < 0;
  off_t at = !own ? offset : (fcntl(fd, F_GETFL) & O_APPEND) ? found.st_size : lseek(fd, 0, SEEK_CUR);
  ssize_t fits = bytes == 0 ? 0 : allowed(&found, at, bytes);
  if (fits >= 0 && (size_t)fits == bytes)
    done = own ? CACHED(writev)(fd, parts, count) : CACHED(pwritev)(fd, parts, count, offset);
  else if (fits > 0) {
    size_t first = parts[0].iov_len < (size_t)fits ? parts[0].iov_len : (size_t)fits;
    done = own ? CACHED(write)(fd, parts[0].iov_base, first) : CACHED(pwrite64)(fd, parts[0].iov_base, first, offset);
  }
  if (done > 0) put(WRITE, found.st_ino, at, NULL, NULL, parts, count, done);
  pthread_mutex_unlock(&lock);
  return done;
}
static int is_file(int fd) {
  struct stat found;
  return tracked(fd, &found) && S_ISREG(found.st_mode) && fd != journal;
}
#define ONE (&(struct iovec){ (void *)from, bytes }), 1
ssize_t write(int fd, const void *from, size_t bytes) { return is_file(fd) ? write_tracked(fd, ONE, -1) : CACHED(write)(fd, from, bytes); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return is_file(fd) ? write_tracked(fd, parts, count, -1) : CACHED(writev)(fd, parts, count); }
ssize_t pwrite(int fd, const void *from, size_t bytes, off_t at) { return is_file(fd) ? write_tracked(fd, ONE, at) : CACHED(pwrite)(fd, from, bytes, at); }
ssize_t pwrite64(int fd, const void *from, size_t bytes, off64_t at) { return is_file(fd) ? write_tracked(fd, ONE, at) : CACHED(pwrite64)(fd, from, bytes, at); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return is_file(fd) ? write_tracked(fd, parts, count, at) : CACHED(pwritev)(fd, parts, count, at); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) { return is_file(fd) ? write_tracked(fd, parts, count, at) : CACHED(pwritev64)(fd, parts, count, at); }

static int resize(int fd, off_t size, int only_grow) {
  struct stat found;
  pthread_mutex_lock(&lock);
  fstat(fd, &found);
  int done = -1;
  if (only_grow && size <= found.st_size) done = 0;
  else if (size > found.st_size && allowed(&found, 0, size) < (ssize_t)size) fail(ENOSPC);
  else if (control->read_only) fail(EROFS);
  else if ((done = CACHED(ftruncate64)(fd, size)) == 0) note(only_grow ? EXTEND : TRUNCATE, found.st_ino, size, NULL, NULL);
  pthread_mutex_unlock(&lock);
  return done;
}
int ftruncate(int fd, off_t size) { return is_file(fd) ? resize(fd, size, 0) : CACHED(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return is_file(fd) ? resize(fd, size, 0) : CACHED(ftruncate64)(fd, size); }
static int truncate_path(const char *path, off_t size) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  int done = ftruncate(fd, size), error = errno;
  close(fd);
  errno = error;
  return done;
}
int truncate(const char *path, off_t size) { return truncate_path(path, size); }
int truncate64(const char *path, off64_t size) { return truncate_path(path, size); }
int fallocate(int fd, int mode, off_t at, off_t bytes) {
  if (!is_file(fd)) return CACHED(fallocate)(fd, mode, at, bytes);
  if (mode != 0) return fail(EOPNOTSUPP);
  return resize(fd, at + bytes, 1);
}
int posix_fallocate(int fd, off_t at, off_t bytes) {
  if (!is_file(fd)) return CACHED(posix_fallocate)(fd, at, bytes);
  return resize(fd, at + bytes, 1) == 0 ? 0 : errno;
}

static void refuse_target(int fd, const char *what) { if (is_file(fd)) unsupported(what, NULL); }
ssize_t sendfile(int out, int in, off_t *at, size_t bytes) { refuse_target(out, "sendfile"); return CACHED(sendfile)(out, in, at, bytes); }
ssize_t sendfile64(int out, int in, off64_t *at, size_t bytes) { refuse_target(out, "sendfile"); return CACHED(sendfile64)(out, in, at, bytes); }
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t bytes, unsigned flags) {
  refuse_target(out, "copy_file_range");
  return CACHED(copy_file_range)(in, from, out, to, bytes, flags);
}
static void look_at_mapping(int protection, int flags, int fd) {
  if (fd < 0 || !(flags & MAP_SHARED) || !(protection & PROT_WRITE) || !is_file(fd)) return;
  char link[64], target[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, target, sizeof target - 1);
  if (n < 0) return;
  target[n] = 0;
  /* SQLite rebuilds its -shm after a crash; the replay drops it. */
  if (strncmp(target, root, root_bytes) != 0 || (n > 4 && strcmp(target + n - 4, "-shm") == 0)) return;
  unsupported("writable mapping", target);
}
void *mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset) { look_at_mapping(protection, flags, fd); return CACHED(mmap)(at, bytes, protection, flags, fd, offset); }
void *mmap64(void *at, size_t bytes, int protection, int flags, int fd, off64_t offset) { look_at_mapping(protection, flags, fd); return CACHED(mmap64)(at, bytes, protection, flags, fd, offset); }

/* ---- names ---- */

#define CHANGE_NAME(is_below, call, record) ({ \
  int done; \
  if (!(is_below)) done = (call); \
  else if (control->read_only) done = fail(EROFS); \
  else { pthread_mutex_lock(&lock); done = (call); if (done == 0) { record; } pthread_mutex_unlock(&lock); } \
  done; })

static int move(int from_folder, const char *from, int to_folder, const char *to) {
  char a[PATH_MAX], b[PATH_MAX];
  int has_a = below(from_folder, from, a) != NULL, has_b = below(to_folder, to, b) != NULL;
  if (has_a != has_b) unsupported("rename across the folder's border", has_a ? a : b);
  return CHANGE_NAME(has_a && has_b, CACHED(renameat)(from_folder, from, to_folder, to), note(RENAME, 0, 0, a, b));
}
int rename(const char *from, const char *to) { return move(AT_FDCWD, from, AT_FDCWD, to); }
int renameat(int from_folder, const char *from, int to_folder, const char *to) { return move(from_folder, from, to_folder, to); }
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  char a[PATH_MAX];
  if (flags == 0) return move(from_folder, from, to_folder, to);
  if (below(from_folder, from, a)) unsupported("renameat2 with flags", a);
  return CACHED(renameat2)(from_folder, from, to_folder, to, flags);
}
int unlinkat(int folder, const char *path, int flags) {
  char a[PATH_MAX];
  return CHANGE_NAME(below(folder, path, a), CACHED(unlinkat)(folder, path, flags), note(UNLINK, 0, 0, a, NULL));
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  int done = unlink(path);
  return done != 0 && errno == EISDIR ? rmdir(path) : done;
}
int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  char a[PATH_MAX], b[PATH_MAX];
  int has_a = below(from_folder, from, a) != NULL, has_b = below(to_folder, to, b) != NULL;
  if (has_a != has_b) unsupported("link across the folder's border", has_a ? a : b);
  return CHANGE_NAME(has_a && has_b, CACHED(linkat)(from_folder, from, to_folder, to, flags), note(LINK, 0, 0, a, b));
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
int symlinkat(const char *target, int folder, const char *path) {
  char a[PATH_MAX];
  return CHANGE_NAME(below(folder, path, a), CACHED(symlinkat)(target, folder, path), unsupported("symlink", a));
}
int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }
int mkdirat(int folder, const char *path, mode_t mode) {
  char a[PATH_MAX];
  struct stat made = { 0 };
  return CHANGE_NAME(below(folder, path, a), CACHED(mkdirat)(folder, path, mode),
    { fstatat(folder, path, &made, 0); note(MKDIR, made.st_ino, 0, a, NULL); });
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* ---- the clock, which may be wrong after a power cut ---- */

int clock_gettime(clockid_t clock, struct timespec *at) {
  int done = CACHED(clock_gettime)(clock, at);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) at->tv_sec += control->clock_shift_seconds;
  return done;
}
int gettimeofday(struct timeval *at, void *zone) {
  int done = CACHED(gettimeofday)(at, zone);
  at->tv_sec += control->clock_shift_seconds;
  return done;
}

/* ---- syncing ---- */

static int sync_tracked(int fd, uint64_t inode, int (*sync)(int)) {
  uint64_t token = ((uint64_t)getpid() << 32) | (uint32_t)__atomic_fetch_add(&sync_count, 1, __ATOMIC_SEQ_CST);
  if (control->sync_lies) { note(SYNC_LIE, inode, token, NULL, NULL); return 0; }
  /* `begin` waits for the lock: a change under way is recorded either wholly before it or after it. */
  pthread_mutex_lock(&lock);
  note(SYNC_BEGIN, inode, token, NULL, NULL);
  int errors = control->sync_errors > 0;
  if (errors) control->sync_errors--;
  pthread_mutex_unlock(&lock);
  if (control->sync_delay_us > 0) usleep(control->sync_delay_us);
  int done = errors ? fail(EIO) : sync(fd);
  note(done == 0 ? SYNC_END : SYNC_FAILED, inode, token, NULL, NULL);
  return done;
}
int fsync(int fd) {
  struct stat found;
  return tracked(fd, &found) ? sync_tracked(fd, found.st_ino, CACHED(fsync)) : CACHED(fsync)(fd);
}
int fdatasync(int fd) {
  struct stat found;
  return tracked(fd, &found) ? sync_tracked(fd, found.st_ino, CACHED(fdatasync)) : CACHED(fdatasync)(fd);
}
