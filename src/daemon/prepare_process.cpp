#include "daemon/prepare_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace contego::daemon {
namespace {

/// Signals that would end the process by default, and that carry no message for the daemon.
constexpr std::array ignored{SIGHUP,
                             SIGPIPE,
                             SIGALRM,
                             SIGUSR1,
                             SIGUSR2,
                             SIGIO,
                             SIGPROF,
                             SIGVTALRM,
                             SIGPWR,
                             SIGSTKFLT,
                             SIGXCPU,
                             SIGXFSZ};

void ignore_signals() {
    for (const int signal : ignored)
        ::signal(signal, SIG_IGN);
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal)
        ::signal(signal, SIG_IGN);
    ::sigset_t none{};
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

void leave_no_core() {
    constexpr ::rlimit nothing{0, 0};
    ::setrlimit(RLIMIT_CORE, &nothing);
#ifndef __SANITIZE_ADDRESS__ // its search for leaks looks at the process from outside
    ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

} // namespace

void open_standard_streams() {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor)
        if (::fcntl(descriptor, F_GETFD) < 0) static_cast<void>(::open("/dev/null", O_RDWR));
}

void prepare_process() {
    ignore_signals();
    leave_no_core();
}

} // namespace contego::daemon
