/* A library with the standard ABI of MPI 5.0 for tests, until Debian has one: its handles and constants, in front of MPICH's. */
#include <stdint.h>
#include <string.h>

typedef void *Handle;

int PMPI_Init_thread(void *, void *, int, int *);
int PMPI_Comm_set_errhandler(int, int);
int PMPI_Comm_rank(int, int *);
int PMPI_Comm_size(int, int *);
int PMPI_Error_string(int, char *, int *);
int PMPI_Allreduce(const void *, void *, int, int, int, int);
int PMPI_Bcast(void *, int, int, int, int);
int PMPI_Isend(const void *, int, int, int, int, int, int *);
int PMPI_Irecv(void *, int, int, int, int, int, int *);
int PMPI_Test(int *, int *, void *);
int PMPI_Finalize(void);
int PMPI_Abort(int, int);

/* MPICH's handle of a standard one; -1 for what the standard does not know, so that a wrong constant fails. */
static int own(Handle handle) {
  switch ((uintptr_t)handle) {
    case 0x101: return 0x44000000; /* MPI_COMM_WORLD */
    case 0x142: return 0x54000001; /* MPI_ERRORS_RETURN */
    case 0x210: return 0x4c00040a; /* MPI_FLOAT */
    case 0x214: return 0x4c00080b; /* MPI_DOUBLE */
    case 0x247: return 0x4c00010d; /* MPI_BYTE */
    case 0x21: return 0x58000003;  /* MPI_SUM */
    default: return -1;
  }
}

int MPI_Abi_get_version(int *major, int *minor) {
  *major = 1;
  *minor = 0;
  return 0;
}

int MPI_Init_thread(void *argc, void *argv, int required, int *provided) {
  return required == 1024 ? PMPI_Init_thread(argc, argv, 1, provided) : 1;
}

int MPI_Get_library_version(char *version, int *length) {
  strcpy(version, "Standard ABI 5.0, for tests");
  *length = (int)strlen(version);
  return 0;
}

int MPI_Comm_set_errhandler(Handle world, Handle handler) { return PMPI_Comm_set_errhandler(own(world), own(handler)); }
int MPI_Comm_rank(Handle world, int *rank) { return PMPI_Comm_rank(own(world), rank); }
int MPI_Comm_size(Handle world, int *size) { return PMPI_Comm_size(own(world), size); }
int MPI_Error_string(int code, char *text, int *length) { return PMPI_Error_string(code, text, length); }

int MPI_Allreduce(const void *from, void *to, int count, Handle type, Handle sum, Handle world) {
  return from == (void *)1 ? PMPI_Allreduce((void *)-1, to, count, own(type), own(sum), own(world)) : 1;
}

int MPI_Bcast(void *bytes, int count, Handle type, int from, Handle world) {
  return PMPI_Bcast(bytes, count, own(type), from, own(world));
}

/* A request of MPICH is an int; of the standard, as large as a pointer. */
int MPI_Isend(const void *bytes, int count, Handle type, int to, int tag, Handle world, intptr_t *request) {
  int made = 0;
  int code = PMPI_Isend(bytes, count, own(type), to, tag, own(world), &made);
  *request = made;
  return code;
}

int MPI_Irecv(void *bytes, int count, Handle type, int from, int tag, Handle world, intptr_t *request) {
  int made = 0;
  int code = PMPI_Irecv(bytes, count, own(type), from, tag, own(world), &made);
  *request = made;
  return code;
}

int MPI_Test(intptr_t *request, int *done, void *status) {
  int made = (int)*request;
  int code = status == 0 ? PMPI_Test(&made, done, (void *)1) : 1;
  *request = made;
  return code;
}

int MPI_Finalize(void) { return PMPI_Finalize(); }
int MPI_Abort(Handle world, int code) { return PMPI_Abort(own(world), code); }
