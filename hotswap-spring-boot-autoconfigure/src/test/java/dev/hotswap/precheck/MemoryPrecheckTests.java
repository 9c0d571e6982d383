package dev.hotswap.precheck;

import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MemoryPrecheck} and {@link MemoryLimits}. The process uses 300 MiB,
 * and the machine has 1000 MiB left.
 */
class MemoryPrecheckTests {

	private static final long MIB = 1024 * 1024;

	private static final String STATUS = """
			Name:	java
			VmRSS:	  327680 kB
			RssAnon:	  302080 kB
			RssFile:	   20480 kB
			RssShmem:	    5120 kB
			""";

	private static final String V1_UNLIMITED = "9223372036854771712\n";

	@TempDir
	private Path root;

	private TestSystem system;

	@BeforeEach
	void setUp() {
		this.system = new TestSystem(this.root);
		this.system.file("proc/self/status", STATUS)
			.file("proc/meminfo", "MemTotal: 4096000 kB\nMemFree: 10 kB\nMemAvailable: 1024000 kB\n")
			.file("proc/self/cgroup", "0::/\n");
	}

	@Test
	void agreesWhereThereIsEnough() {
		assertThat(refusal()).isNull();
	}

	@Test
	void machineThatHasTooLittleIsTold() {
		this.system.file("proc/meminfo", "MemAvailable: 102400 kB\n");
		assertThat(refusal()).contains("300 MiB", "100 MiB", "the machine", "-Xmx",
				"hotswap.prechecks.memory.required");
	}

	@Test
	void configuredNeedCounts() {
		assertThat(new MemoryPrecheck(1001 * MIB, this.system.files()).refuse()).contains("1001 MiB", "1000 MiB");
		assertThat(new MemoryPrecheck(1000 * MIB, this.system.files()).refuse()).isNull();
		this.system.file("proc/self/status", "");
		assertThat(new MemoryPrecheck(1001 * MIB, this.system.files()).refuse()).isNotNull();
	}

	@Test
	void kernelThatDoesNotTellAnonymousMemoryApart() {
		this.system.file("proc/self/status", "VmRSS: 1025000 kB\n");
		assertThat(refusal()).contains("1000 MiB");
	}

	@Test
	void limitOfVersion2() {
		version2("app.slice/shop", 400, 200, 0);
		assertThat(refusal("0::/app.slice/shop\n")).contains("app.slice/shop", "limit 400 MiB", "used 200 MiB",
				"200 MiB left");
	}

	@Test
	void filePagesThatCanBeGivenBackAreFree() {
		version2("app.slice/shop", 400, 200, 101);
		assertThat(refusal("0::/app.slice/shop\n")).isNull();
	}

	@Test
	void limitOfAGroupAroundCounts() {
		version2("app.slice/shop", 4000, 200, 0);
		version2("app.slice", 500, 450, 0);
		assertThat(refusal("0::/app.slice/shop\n")).contains("sys/fs/cgroup/app.slice ", "50 MiB left");
	}

	@Test
	void throttledGroupIsLimited() {
		version2("shop", 4000, 200, 0);
		this.system.file("sys/fs/cgroup/shop/memory.high", Long.toString(250 * MIB));
		assertThat(refusal("0::/shop\n")).contains("limit 250 MiB", "50 MiB left");
	}

	@Test
	void groupThatUsesMoreThanItsLimitHasNothingLeft() {
		version2("shop", 100, 200, 0);
		assertThat(refusal("0::/shop\n")).contains(" 0 MiB left");
	}

	@Test
	void maxIsNoLimit() {
		version2("shop", 400, 350, 0);
		this.system.file("sys/fs/cgroup/shop/memory.max", "max\n");
		assertThat(refusal("0::/shop\n")).isNull();
	}

	@Test
	void mountOfAContainerIsItsGroup() {
		version2("", 400, 350, 0);
		assertThat(refusal("0::/docker/0123456789ab\n")).contains("50 MiB left");
		assertThat(refusal("0::/\n")).contains("50 MiB left");
		assertThat(refusal("0::/../../other\n")).contains("50 MiB left");
	}

	@Test
	void limitOfVersion1() {
		version1("app/shop", "419430400", 350);
		assertThat(refusal("5:cpu,cpuacct:/x\n4:memory:/app/shop\n1:name=systemd:/\n0::/\n"))
			.contains("memory/app/shop", "limit 400 MiB", "50 MiB left");
	}

	@Test
	void limitOfAGroupAroundCountsInVersion1() {
		version1("app/shop", V1_UNLIMITED, 350);
		version1("app", "419430400", 350);
		assertThat(refusal("4:memory,hugetlb:/app/shop\n")).contains("memory/app ", "50 MiB left");
	}

	@Test
	void hugeNumberIsNoLimitInVersion1() {
		version1("shop", V1_UNLIMITED, 350);
		assertThat(refusal("4:memory:/shop\n")).isNull();
	}

	@Test
	void hybridOfBothVersions() {
		version1("shop", "419430400", 350);
		version2("unified/shop", 100, 99, 0);
		assertThat(refusal("4:memory:/shop\n0::/shop\n")).contains("memory/shop");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "nonsense", "0::", "0::relative\n", ":::::\n", "4:memory\n", "\n\n" })
	void controlGroupThatIsUnknownRefusesNothing(String content) {
		assertThat(refusal(content)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "proc/meminfo, MemAvailable: lots kB", "proc/meminfo, MemTotal: 1 kB", "proc/meminfo, ''",
			"proc/self/status, ''", "proc/self/status, RssAnon:", "sys/fs/cgroup/memory.max, ?",
			"sys/fs/cgroup/memory.max, 99999999999999999999", "sys/fs/cgroup/memory.max, 1" })
	void unknownRefusesNothing(String path, String content) {
		this.system.file(path, content);
		assertThat(refusal()).isNull();
	}

	@Test
	void systemWithoutAnyOfTheFilesRefusesNothing() {
		assertThat(new MemoryPrecheck(null, new SystemFiles(this.root.resolve("none"))).refuse()).isNull();
	}

	@Test
	void thisMachineIsUnderstood() {
		assertThat(new MemoryLimits(SystemFiles.ofThisMachine()).available()).isNotEmpty()
			.allSatisfy((available) -> assertThat(available.bytes()).isNotNegative());
		assertThat(new MemoryPrecheck(Long.MAX_VALUE).refuse()).contains("MiB left");
		assertThat(new MemoryPrecheck(1L).refuse()).isNull();
	}

	private String refusal(String controlGroups) {
		this.system.file("proc/self/cgroup", controlGroups);
		return refusal();
	}

	private String refusal() {
		return new MemoryPrecheck(null, this.system.files()).refuse();
	}

	private void version2(String group, long limit, long usage, long inactiveFile) {
		String folder = "sys/fs/cgroup/" + group + (group.isEmpty() ? "" : "/");
		this.system.file(folder + "memory.max", limit * MIB + "\n")
			.file(folder + "memory.high", "max\n")
			.file(folder + "memory.current", usage * MIB + "\n")
			.file(folder + "memory.stat", "anon 1\ninactive_file " + inactiveFile * MIB + "\nactive_file 2\n");
	}

	private void version1(String group, String limit, long usage) {
		String folder = "sys/fs/cgroup/memory/" + group + "/";
		this.system.file(folder + "memory.limit_in_bytes", limit)
			.file(folder + "memory.usage_in_bytes", usage * MIB + "\n")
			.file(folder + "memory.stat", "inactive_file 1\ntotal_inactive_file 0\n");
	}

}
