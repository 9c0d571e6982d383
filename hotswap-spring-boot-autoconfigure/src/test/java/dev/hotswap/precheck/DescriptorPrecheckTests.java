package dev.hotswap.precheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DescriptorPrecheck}. 300 files are open.
 */
class DescriptorPrecheckTests {

	@TempDir
	private Path root;

	private TestSystem system;

	@BeforeEach
	void setUp() {
		this.system = new TestSystem(this.root);
		for (int i = 0; i < 300; i++) {
			this.system.file("proc/self/fd/" + i, "");
		}
	}

	@ParameterizedTest
	@CsvSource({ "1024, true, true", "620, true, true", "619, true, false", "364, false, true", "363, false, false",
			"200, false, false", "unlimited, true, true" })
	void needDependsOnTheTransfer(String limit, boolean transfer, boolean agrees) {
		limit(limit);
		String refusal = new DescriptorPrecheck(transfer, this.system.files()).refuse();
		if (agrees) {
			assertThat(refusal).isNull();
		}
		else {
			assertThat(refusal).contains("300 files", "may have " + limit, transfer ? "needs 320" : "needs 64",
					"LimitNOFILE");
		}
	}

	@Test
	void unknownRefusesNothing() {
		assertThat(new DescriptorPrecheck(true, this.system.files()).refuse()).isNull();
		this.system.file("proc/self/limits", "Max cpu time  unlimited unlimited seconds\n");
		assertThat(new DescriptorPrecheck(true, this.system.files()).refuse()).isNull();
		assertThat(new DescriptorPrecheck(true, new SystemFiles(this.root.resolve("none"))).refuse()).isNull();
	}

	@Test
	void whatCannotBeCountedAnyMoreIsUsedUp() throws IOException {
		limit("300");
		DescriptorPrecheck precheck = new DescriptorPrecheck(false, this.system.files());
		Path unreadable = this.root.resolve("unreadable");
		Files.move(this.root.resolve("proc"), unreadable);
		assertThat(precheck.refuse()).contains("300 files", "may have 300", "LimitNOFILE");
		Files.move(unreadable, this.root.resolve("proc"));
		limit("1024");
		assertThat(precheck.refuse()).isNull();
	}

	@Test
	void whatCouldNeverBeCountedRefusesNothing() throws IOException {
		limit("300");
		Files.move(this.root.resolve("proc/self/fd"), this.root.resolve("hidden"));
		assertThat(new DescriptorPrecheck(true, this.system.files()).refuse()).isNull();
	}

	@Test
	void thisMachineIsUnderstood() {
		assertThat(Fields.find(SystemFiles.ofThisMachine().read("proc/self/limits"), "Max core file size ").isEmpty()
				|| SystemFiles.ofThisMachine().count("proc/self/fd").isPresent())
			.isTrue();
		assertThat(SystemFiles.ofThisMachine().count("proc/self/fd").getAsInt()).isPositive();
		assertThat(SystemFiles.ofThisMachine().read("proc/self/limits").orElseThrow()).contains("Max open files ");
		assertThat(SystemFiles.ofThisMachine().read("proc/sys/net/ipv4/ip_local_port_range").orElseThrow())
			.matches("\\d+\\s+\\d+\\s+");
	}

	private void limit(String soft) {
		this.system.file("proc/self/limits", """
				Limit                     Soft Limit           Hard Limit           Units
				Max processes             95823                95823                processes
				Max open files            %-20s 524288               files
				""".formatted(soft));
	}

}
