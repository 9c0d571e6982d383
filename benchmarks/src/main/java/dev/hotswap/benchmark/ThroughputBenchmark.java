package dev.hotswap.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;

/**
 * The throughput of the steady state with the starter, relative to that without it. Three
 * processes live side by side, one with the starter and two without, and only one at a
 * time is asked, in short windows that alternate. The ratio between the two equal ones
 * says what a ratio is worth. The client has a core of its own, and the server the
 * others, so that which of them the kernel happens to move makes no difference.
 */
final class ThroughputBenchmark {

	static final String NAME = "throughput";

	private final Results results;

	private final List<Platform> platforms;

	private final List<String> modes;

	private final int rounds;

	private final int blocks;

	private final int connections;

	private final Duration window;

	private final Duration settle;

	private final Duration warmUp;

	private final String heap;

	private final Random random;

	private final Map<Platform, Orders<Variant>> starts = new LinkedHashMap<>();

	private final Map<Platform, Orders<Variant>> warmUps = new LinkedHashMap<>();

	private final Deadline deadline;

	private final List<Run> runs = new ArrayList<>();

	private Results.Result<Run> result;

	ThroughputBenchmark(Options options, Results results) {
		this.results = results;
		this.platforms = options.platforms();
		this.modes = options.list("modes", "kept,per-request");
		this.rounds = options.number("rounds", 6);
		this.blocks = options.number("blocks", 6);
		this.connections = options.number("connections", 16);
		this.window = options.duration("window", "2s");
		this.settle = options.duration("settle", "300ms");
		this.warmUp = options.duration("warm-up", "10s");
		this.heap = options.text("heap", "256m");
		this.random = new Random(options.number("seed", 1));
		for (Platform platform : this.platforms) {
			this.starts.put(platform, orders());
			this.warmUps.put(platform, orders());
		}
		this.deadline = new Deadline(options);
		this.result = Results.Result.begin(options.jdks(), options);
	}

	void run() throws IOException {
		Duration perWindow = this.window.plus(this.settle);
		Duration needed = perWindow.multipliedBy(this.blocks)
			.plus(this.warmUp)
			.multipliedBy((long) Variant.values().length * this.modes.size());
		Interleaving interleaving = new Interleaving(this.random.nextLong());
		for (int round = 1; round <= this.rounds; round++) {
			for (Platform platform : interleaving.block(this.platforms)) {
				if (!this.deadline.allows(needed)) {
					return;
				}
				measure(round, platform);
			}
		}
	}

	private void measure(int round, Platform platform) throws IOException {
		try (Sandbox sandbox = new Sandbox()) {
			Applications applications = new Applications(sandbox, platform, this.heap);
			Map<Variant, App> apps = new EnumMap<>(Variant.class);
			for (Variant variant : this.starts.get(platform).next()) {
				App.Builder builder = (variant == Variant.WITH) ? applications.withStarter()
						: applications.withoutStarter();
				apps.put(variant, builder.start().awaitServing());
			}
			List<Variant> warmUps = this.warmUps.get(platform).next();
			for (String mode : this.modes) {
				Run run = new Run(platform.server().toString(), platform.jdk().feature(), mode, round,
						measure(apps, mode.equals("kept"), warmUps));
				System.out.println(run);
				this.runs.add(run);
				this.result = this.result.with(this.runs);
				this.results.write(NAME, this.result);
			}
		}
	}

	private List<Block> measure(Map<Variant, App> apps, boolean kept, List<Variant> warmUps) throws IOException {
		Map<Variant, ClosedLoop> clients = new EnumMap<>(Variant.class);
		try {
			for (Variant variant : warmUps) {
				clients.put(variant, new ClosedLoop(apps.get(variant).port(), kept, this.connections));
				window(clients, variant, apps.get(variant), this.warmUp);
			}
			return measurePinned(apps, clients);
		}
		finally {
			for (ClosedLoop client : clients.values()) {
				client.close();
			}
		}
	}

	private List<Block> measurePinned(Map<Variant, App> apps, Map<Variant, ClosedLoop> clients) throws IOException {
		BitSet cores = Scheduling.cores();
		if (cores.cardinality() < 2) {
			System.out.println("Client and servers share all cores, since there is one, or the kernel does not say");
			return measure(apps, clients);
		}
		BitSet first = new BitSet();
		first.set(cores.nextSetBit(0));
		BitSet others = (BitSet) cores.clone();
		others.andNot(first);
		try {
			pin(apps, first, others);
			return measure(apps, clients);
		}
		finally {
			pin(apps, cores, cores);
		}
	}

	private static void pin(Map<Variant, App> apps, BitSet client, BitSet server) throws IOException {
		boolean pinned = Scheduling.pinCurrentThread(client);
		for (App app : apps.values()) {
			pinned &= Scheduling.pin(app.pid(), server);
		}
		if (!pinned) {
			throw new IOException("The kernel does not let threads be kept to cores " + client + " and " + server);
		}
	}

	private List<Block> measure(Map<Variant, App> apps, Map<Variant, ClosedLoop> clients) throws IOException {
		Orders<Variant> orders = orders();
		List<Block> measured = new ArrayList<>();
		for (int block = 0; block < this.blocks; block++) {
			Map<Variant, ClosedLoop.Window> windows = new EnumMap<>(Variant.class);
			for (Variant variant : orders.next()) {
				windows.put(variant, window(clients, variant, apps.get(variant), this.window));
			}
			measured.add(new Block(windows.get(Variant.WITH), windows.get(Variant.WITHOUT),
					windows.get(Variant.WITHOUT_AGAIN)));
		}
		return measured;
	}

	private Orders<Variant> orders() {
		return new Orders<>(List.of(Variant.values()), this.random);
	}

	private ClosedLoop.Window window(Map<Variant, ClosedLoop> clients, Variant variant, App app, Duration length)
			throws IOException {
		return clients.get(variant).run(this.settle, length, new ServerProcess(app.pid()));
	}

	private enum Variant {

		WITH, WITHOUT, WITHOUT_AGAIN

	}

	/**
	 * A window of each variant, close to each other in time.
	 *
	 * @param with with the starter
	 * @param without without it
	 * @param again another process without it
	 */
	record Block(ClosedLoop.Window with, ClosedLoop.Window without, ClosedLoop.Window again) {

		double ratio() {
			return this.with.rate() / this.without.rate();
		}

		double control() {
			return this.again.rate() / this.without.rate();
		}

		double cpuRatio() {
			return this.with.cpuMicros() / this.without.cpuMicros();
		}

		double cpuControl() {
			return this.again.cpuMicros() / this.without.cpuMicros();
		}

	}

	/**
	 * What was measured with one set of processes.
	 *
	 * @param server the server
	 * @param jdk the JDK's feature version
	 * @param mode {@code kept} connections, or {@code per-request}
	 * @param round which set of processes
	 * @param blocks what was measured
	 */
	record Run(String server, int jdk, String mode, int round, List<Block> blocks) {

		@Override
		public String toString() {
			return String.format(Locale.ROOT,
					"THROUGHPUT server=%s jdk=%d mode=%s round=%d blocks=%d rate=%s ratio=%s control=%s cpuRatio=%s"
							+ " cpuControl=%s client=%.2f",
					this.server, this.jdk, this.mode, this.round, this.blocks.size(),
					Spread.of(this.blocks, (block) -> block.with().rate()).quartiles(0),
					Spread.of(this.blocks, Block::ratio).quartiles(3),
					Spread.of(this.blocks, Block::control).quartiles(3),
					Spread.of(this.blocks, Block::cpuRatio).quartiles(3),
					Spread.of(this.blocks, Block::cpuControl).quartiles(3),
					Spread.of(this.blocks, (block) -> block.with().clientShare()).median());
		}

	}

}
