package dev.hotswap.it.example;

import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Does something every now and then.
 */
@SpringBootApplication
@EnableScheduling
@RestController
public class SchedulerApplication {

	private final YearEnd yearEnd;

	private final PriceCache prices;

	SchedulerApplication(YearEnd yearEnd, PriceCache prices) {
		this.yearEnd = yearEnd;
		this.prices = prices;
	}

	public static void main(String[] args) {
		SpringApplication.run(SchedulerApplication.class, args);
	}

	@Scheduled(fixedRate = 50)
	void tick() {
		System.out.println("TICK of " + ProcessHandle.current().pid());
	}

	@PutMapping("/closing/{closing}")
	void close(@PathVariable boolean closing) {
		this.yearEnd.closing(closing);
	}

	@GetMapping("/hello")
	Map<String, Object> hello() {
		return Map.of("pid", ProcessHandle.current().pid(), "prices", this.prices.size());
	}

}
