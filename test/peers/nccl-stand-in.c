/*
 * A stand-in for NCCL and CUDA's runtime, over memory that processes share: cards are the processor, and their memory is its own. It is as strict
 * as they are about what this program relies on: sums happen when the stream is waited for, by the thread and the card that joined.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
  char internal[128];
} ncclUniqueId;

enum { slot = 1 << 16, most = 8, queue = 64 };

struct shared {
  atomic_int arrived, turn;
  float values[most][slot];
};

struct communicator {
  int rank, size, card;
  struct shared *shared;
  char name[128];
} own;

static _Thread_local int card = -1;
static int grouped;
static int count;
static struct {
  const float *from;
  float *to;
  size_t values;
} waiting[queue];

static void meet(struct communicator *all) {
  int turn = atomic_load(&all->shared->turn);
  if (atomic_fetch_add(&all->shared->arrived, 1) == all->size - 1) {
    atomic_store(&all->shared->arrived, 0);
    atomic_fetch_add(&all->shared->turn, 1);
  } else
    while (atomic_load(&all->shared->turn) == turn) sched_yield();
}

const char *ncclGetErrorString(int code) {
  return code == 4 ? "invalid argument" : "invalid usage";
}

int ncclGetUniqueId(ncclUniqueId *id) {
  memset(id, 0, sizeof *id);
  snprintf(id->internal, sizeof id->internal, "/antonym-test-%d", getpid());
  return 0;
}

int ncclCommInitRank(struct communicator **made, int size, ncclUniqueId id, int rank) {
  if (card < 0 || size > most) return 5;
  int file = shm_open(id.internal, O_CREAT | O_RDWR, 0600);
  if (file < 0 || ftruncate(file, sizeof(struct shared)) != 0) return 5;
  own = (struct communicator){rank, size, card, mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), ""};
  memcpy(own.name, id.internal, sizeof own.name);
  close(file);
  meet(&own);
  *made = &own;
  return 0;
}

int ncclGroupStart(void) {
  grouped = 1;
  return 0;
}

int ncclGroupEnd(void) {
  grouped = 0;
  return 0;
}

/* 7 is float32, 0 is the sum. */
int ncclAllReduce(const float *from, float *to, size_t values, int type, int operation, struct communicator *all, void *stream) {
  if (from == NULL || to == NULL || type != 7 || operation != 0) return 4;
  if (all != &own || card != own.card || stream != NULL || count == queue) return 5;
  waiting[count].from = from;
  waiting[count].to = to;
  waiting[count++].values = values;
  return 0;
}

int ncclCommDestroy(struct communicator *all) {
  if (all != &own) return 5;
  if (own.rank == 0) shm_unlink(own.name);
  return 0;
}

const char *cudaGetErrorString(int code) {
  return code == 101 ? "invalid device ordinal" : "invalid resource handle";
}

int cudaSetDevice(int number) {
  if (number < 0 || number >= most) return 101;
  card = number;
  return 0;
}

int cudaStreamSynchronize(void *stream) {
  if (grouped || stream != NULL) return 400;
  for (int one = 0; one < count; one++) {
    for (size_t start = 0; start < waiting[one].values; start += slot) {
      size_t values = waiting[one].values - start < slot ? waiting[one].values - start : slot;
      memcpy(own.shared->values[own.rank], waiting[one].from + start, values * sizeof(float));
      meet(&own);
      for (size_t at = 0; at < values; at++) {
        float total = 0;
        for (int rank = 0; rank < own.size; rank++) total += own.shared->values[rank][at];
        waiting[one].to[start + at] = total;
      }
      meet(&own);
    }
  }
  count = 0;
  return 0;
}
