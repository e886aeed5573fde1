// SPDX-License-Identifier: Apache-2.0
// What a register access through TLM costs against a target that does nothing, and what the
// largest GIC weighs. With --json one JSON object a line, otherwise a table.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "gictlm/gictlm.h"

namespace
{

enum : unsigned { pairs = 15, calls = 2000000, patterns = 4096, pes = 512 };

/// Registers of the mix.
enum : uint64_t {
    GICD_CTLR = 0x0000,
    GICD_TYPER = 0x0004,
    GICD_IGROUPR = 0x0080,
    GICD_ISENABLER = 0x0100,
    GICD_IPRIORITYR = 0x0400,
    GICD_IROUTER = 0x6000
};

double cpu_seconds()
{
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

void print(bool json, const char *name, double value, const char *unit, const char *limit,
           const char *config)
{
    if (json)
        std::printf("{\"name\": \"%s\", \"value\": %.4g, \"unit\": \"%s\", \"limit\": %s, "
                    "\"config\": \"%s\"}\n",
                    name, value, unit, limit, config);
    else
        std::printf("%-24s %10.4g %-4s limit %-6s %s\n", name, value, unit, limit, config);
}

/// A target that does nothing.
struct null_target : sc_core::sc_module {
    explicit null_target(const sc_core::sc_module_name &name) : sc_module(name), socket("socket")
    {
        socket.register_b_transport(this, &null_target::b_transport);
    }
    void b_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &)
    {
        payload.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    tlm_utils::simple_target_socket<null_target> socket;
};

/// One PE of a platform: two sockets and a thread.
struct pe : sc_core::sc_module {
    explicit pe(const sc_core::sc_module_name &name) : sc_module(name), bus("bus")
    {
        sc_core::sc_spawn([this] { wait(go); }, sc_core::sc_gen_unique_name("run"));
    }
    tlm_utils::simple_initiator_socket<pe> bus;
    sc_core::sc_event go;
};

struct access {
    uint64_t address;
    unsigned length;
};

/// The mix over all INTIDs: a step through them that is coprime to their number.
std::vector<access> mix()
{
    std::vector<access> list;
    const unsigned spis = GIC_MAX_SPIS;
    for (unsigned i = 0; i < patterns; i++) {
        const uint64_t intid = 32 + (uint64_t(i / 4) * 401 + 17) % spis;
        const access kinds[] = {{GICD_TYPER, 4},
                                {GICD_ISENABLER + intid / 32 * 4, 4},
                                {GICD_IPRIORITYR + intid, 1},
                                {GICD_IROUTER + 8 * intid, 8}};
        list.push_back(kinds[i % 4]);
    }
    return list;
}

/// Nanoseconds of CPU time for one access: payload reused, its fields reset each call.
double measure(tlm_utils::simple_initiator_socket<pe> &bus, const std::vector<access> &list,
               tlm::tlm_generic_payload &payload, unsigned char *data)
{
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    const double start = cpu_seconds();
    for (unsigned i = 0; i < calls; i++) {
        const access &a = list[i % patterns];
        payload.set_read();
        payload.set_address(a.address);
        payload.set_data_ptr(data);
        payload.set_data_length(a.length);
        payload.set_streaming_width(a.length);
        payload.set_byte_enable_ptr(nullptr);
        payload.set_dmi_allowed(false);
        payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        bus->b_transport(payload, delay);
    }
    return (cpu_seconds() - start) / calls * 1e9;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

gictlm::config large()
{
    gictlm::config c;
    c.gic.pe_count = pes;
    c.gic.spi_count = GIC_MAX_SPIS;
    c.gic.espi_count = GIC_MAX_ESPIS;
    c.gic.two_security_states = true;
    return c;
}

void store(tlm_utils::simple_initiator_socket<pe> &bus, uint64_t address, uint32_t value,
           bool secure)
{
    tlm::tlm_generic_payload payload;
    gictlm::attributes_extension attributes;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    attributes.secure = secure;
    payload.set_extension(&attributes);
    payload.set_write();
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    bus->b_transport(payload, delay);
    payload.clear_extension(&attributes);
}

uint64_t events_seen;

void count_event(void *, const gic_event *)
{
    events_seen++;
}

/// Every other SPI is Non-secure Group 1, and enabled.
void program(tlm_utils::simple_initiator_socket<pe> &bus)
{
    for (uint64_t word = 1; word < 32; word++) {
        store(bus, GICD_IGROUPR + 4 * word, 0x55555555, true);
        store(bus, GICD_ISENABLER + 4 * word, 0xFFFFFFFF, true);
    }
}

int bench_reads(bool json)
{
    const gictlm::config c = large();
    gictlm::gic gic("gic", c);
    null_target null("null");
    pe to_null("to_null");
    pe to_gic("to_gic");
    to_null.bus.bind(null.socket);
    to_gic.bus.bind(gic.gicd);
    gic.observe(count_event, nullptr);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    program(to_gic.bus);

    const std::vector<access> list = mix();
    unsigned char data[8] = {0};
    tlm::tlm_generic_payload plain;
    tlm::tlm_generic_payload attributed;
    gictlm::attributes_extension attributes;
    attributed.set_extension(&attributes);
    std::vector<double> floors, reads, ratios;
    events_seen = 0;
    for (unsigned i = 0; i < pairs; i++) {
        floors.push_back(measure(to_null.bus, list, plain, data));
        reads.push_back(measure(to_gic.bus, list, attributed, data));
        ratios.push_back(reads.back() / floors.back());
    }
    attributed.clear_extension(&attributes);
    if (events_seen != 0 || gic.gicd.stats().ok < uint64_t(pairs) * calls) {
        std::fprintf(stderr, "bench_tlm: the accesses of the mix are not all legal\n");
        return 1;
    }
    print(json, "floor_read_ns", median(floors), "ns", "null", "null target, payload reused");
    print(json, "tlm_read_ns", median(reads), "ns", "null",
          "GICD_TYPER, NS ISENABLER, IPRIORITYR byte, IROUTER; 512 PEs, 988+1024 SPIs, attributes");
    print(json, "tlm_read_ratio", median(ratios), "x", "3", "tlm_read_ns / floor_read_ns");
    return 0;
}

/// Resident bytes of this process.
double resident()
{
    long pages = 0;
    long ignored = 0;
    FILE *file = std::fopen("/proc/self/statm", "r");
    if (!file || std::fscanf(file, "%ld %ld", &ignored, &pages) != 2)
        pages = 0;
    if (file)
        std::fclose(file);
    return double(pages) * double(sysconf(_SC_PAGESIZE));
}

/// A platform of 512 PEs with and without the GIC, elaborated and started.
double platform(bool with_gic)
{
    std::vector<std::unique_ptr<pe>> cpus;
    std::vector<std::unique_ptr<null_target>> targets;
    std::unique_ptr<gictlm::gic> gic;
    std::vector<std::unique_ptr<sc_core::sc_signal<bool>>> wires;
    for (unsigned i = 0; i < pes; i++) {
        cpus.push_back(std::make_unique<pe>(sc_core::sc_gen_unique_name("pe")));
        targets.push_back(std::make_unique<null_target>(sc_core::sc_gen_unique_name("target")));
        cpus.back()->bus.bind(targets.back()->socket);
    }
    if (with_gic)
        gic = std::make_unique<gictlm::gic>("gic", large());
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    const double bytes = resident();
    // What was built is left to the process's end: taking 512 PEs down has no purpose here.
    (void)gic.release();
    for (auto &cpu : cpus)
        (void)cpu.release();
    for (auto &target : targets)
        (void)target.release();
    return bytes;
}

/// Runs @p body in a process of its own and returns what it returns.
double in_child(const std::function<double()> &body)
{
    int ends[2];
    double result = -1;
    if (pipe(ends) != 0)
        return -1;
    const pid_t child = fork();
    if (child == 0) {
        const double value = body();
        const bool written = write(ends[1], &value, sizeof value) == sizeof value;
        _exit(written ? 0 : 1);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &result, sizeof result) != sizeof result)
        result = -1;
    close(ends[0]);
    if (child > 0)
        waitpid(child, nullptr, 0);
    return result;
}

int bench_memory(bool json)
{
    const double without = in_child([] { return platform(false); });
    const double with = in_child([] { return platform(true); });
    if (with <= 0 || without <= 0) {
        std::fprintf(stderr, "bench_tlm: the resident memory could not be measured\n");
        return 1;
    }
    print(json, "gic_rss_512pe_mb", (with - without) / (1024.0 * 1024.0), "MiB", "64",
          "512 PEs, 988+1024 SPIs: resident memory with the GIC less without");
    return 0;
}

} // namespace

int sc_main(int argc, char *argv[])
{
    const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
    if (argc > 2 || (argc == 2 && !json)) {
        std::fprintf(stderr, "usage: bench_tlm [--json]\n");
        return 2;
    }
    const int failed = bench_memory(json);
    return failed ? failed : bench_reads(json);
}
