// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Wires of an emulated machine: 28 lines that drivers take for GPIOs, with a pull each, and contacts that join two of them as a key of a matrix does.
 * Bound by device tree only ("doorpad,lines"), which no real board has. Tests write:
 *   pull     LINE LEVEL        what an input reads when nothing drives it
 *   contact  LINE LINE CLOSED  joins an input to what may be an output
 *   pulses   LINE LINE BITS    a pulse for each 0 or 1, on the first line or on the second: the two wires of a Wiegand reader
 * and read `levels`: one digit a line, line 0 first.
 */
#include <linux/delay.h>
#include <linux/gpio/driver.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>

#define LINES 28
/* SIA AC-01 allows pulses of 20 to 100 us, each 200 us to 20 ms after the one before. A card that was torn is shown again after a pause. */
#define PULSE_US 50
#define INTERVAL_US 150
#define LONGEST_US 20000
#define PAUSE_MS 80
#define MOST_TRIES 60
#define MOST_PULSES 80

struct lines {
	struct gpio_chip chip;
	raw_spinlock_t lock;
	u32 outputs;
	u32 driven;
	u32 pulls;
	u32 joined[LINES];
	/* Of lines whose interrupts are asked for: on which change. */
	u32 falling;
	u32 rising;
};

/* Low wins: keys and contacts pull a line down. */
static int level_of(struct lines *lines, unsigned int line)
{
	u32 low = lines->joined[line] & lines->outputs & ~lines->driven;

	if (lines->outputs & BIT(line))
		return !!(lines->driven & BIT(line));
	return (lines->pulls & BIT(line)) && !low;
}

static int lines_get(struct gpio_chip *chip, unsigned int line)
{
	struct lines *lines = gpiochip_get_data(chip);
	unsigned long flags;
	int level;

	raw_spin_lock_irqsave(&lines->lock, flags);
	level = level_of(lines, line);
	raw_spin_unlock_irqrestore(&lines->lock, flags);
	return level;
}

static void drive(struct lines *lines, unsigned int line, bool is_output, int level)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lines->lock, flags);
	lines->outputs = is_output ? lines->outputs | BIT(line) : lines->outputs & ~BIT(line);
	lines->driven = level ? lines->driven | BIT(line) : lines->driven & ~BIT(line);
	raw_spin_unlock_irqrestore(&lines->lock, flags);
}

static void lines_set(struct gpio_chip *chip, unsigned int line, int level)
{
	struct lines *lines = gpiochip_get_data(chip);

	drive(lines, line, lines->outputs & BIT(line), level);
}

static int lines_get_direction(struct gpio_chip *chip, unsigned int line)
{
	struct lines *lines = gpiochip_get_data(chip);

	return lines->outputs & BIT(line) ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static int lines_direction_input(struct gpio_chip *chip, unsigned int line)
{
	drive(gpiochip_get_data(chip), line, false, 0);
	return 0;
}

static int lines_direction_output(struct gpio_chip *chip, unsigned int line, int level)
{
	drive(gpiochip_get_data(chip), line, true, level);
	return 0;
}

static void lines_irq_mask(struct irq_data *data)
{
	gpiochip_disable_irq(irq_data_get_irq_chip_data(data), irqd_to_hwirq(data));
}

static void lines_irq_unmask(struct irq_data *data)
{
	gpiochip_enable_irq(irq_data_get_irq_chip_data(data), irqd_to_hwirq(data));
}

static int lines_irq_set_type(struct irq_data *data, unsigned int type)
{
	struct lines *lines = gpiochip_get_data(irq_data_get_irq_chip_data(data));
	u32 line = BIT(irqd_to_hwirq(data));
	unsigned long flags;

	if (type & ~IRQ_TYPE_EDGE_BOTH)
		return -EINVAL;
	raw_spin_lock_irqsave(&lines->lock, flags);
	lines->falling = type & IRQ_TYPE_EDGE_FALLING ? lines->falling | line : lines->falling & ~line;
	lines->rising = type & IRQ_TYPE_EDGE_RISING ? lines->rising | line : lines->rising & ~line;
	raw_spin_unlock_irqrestore(&lines->lock, flags);
	return 0;
}

static const struct irq_chip lines_irq_chip = {
	.name = "doorpad-lines",
	.irq_mask = lines_irq_mask,
	.irq_unmask = lines_irq_unmask,
	.irq_set_type = lines_irq_set_type,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

static void tell_if_changed(struct lines *lines, unsigned int line, int before)
{
	int level = lines_get(&lines->chip, line);

	if (level != before && (level ? lines->rising : lines->falling) & BIT(line))
		generic_handle_domain_irq_safe(lines->chip.irq.domain, line);
}

static void pull_line(struct lines *lines, unsigned int line, int level)
{
	unsigned long flags;
	int before = lines_get(&lines->chip, line);

	raw_spin_lock_irqsave(&lines->lock, flags);
	lines->pulls = level ? lines->pulls | BIT(line) : lines->pulls & ~BIT(line);
	raw_spin_unlock_irqrestore(&lines->lock, flags);
	tell_if_changed(lines, line, before);
}

static ssize_t pull_store(struct device *dev, struct device_attribute *attr, const char *text, size_t length)
{
	struct lines *lines = dev_get_drvdata(dev);
	unsigned int line, level;

	if (sscanf(text, "%u %u", &line, &level) != 2 || line >= LINES || level > 1)
		return -EINVAL;
	pull_line(lines, line, level);
	return length;
}
static DEVICE_ATTR_WO(pull);

/* False where two of them came further apart than those of one card do: an emulator stands still when its host is busy. */
static bool send_pulses(struct lines *lines, unsigned int zero, unsigned int one, const char *bits)
{
	unsigned int line, irq;
	ktime_t before = 0, now;
	bool whole = true;

	for (; *bits; bits++) {
		line = *bits == '1' ? one : zero;
		pull_line(lines, line, 0);
		now = ktime_get();
		whole = whole && (!before || ktime_us_delta(now, before) < LONGEST_US);
		before = now;
		/* Two edges before the kernel's thread for them has run would be one. */
		irq = irq_find_mapping(lines->chip.irq.domain, line);
		if (irq)
			synchronize_irq(irq);
		udelay(PULSE_US);
		pull_line(lines, line, 1);
		udelay(INTERVAL_US);
	}
	return whole;
}

static ssize_t pulses_store(struct device *dev, struct device_attribute *attr, const char *text, size_t length)
{
	unsigned int zero, one, try;
	char bits[MOST_PULSES + 1];

	if (sscanf(text, "%u %u %80[01]", &zero, &one, bits) != 3 || zero >= LINES || one >= LINES)
		return -EINVAL;
	for (try = 0; try < MOST_TRIES; try++) {
		if (send_pulses(dev_get_drvdata(dev), zero, one, bits))
			return length;
		msleep(PAUSE_MS);
	}
	return -EIO;
}
static DEVICE_ATTR_WO(pulses);

static ssize_t contact_store(struct device *dev, struct device_attribute *attr, const char *text, size_t length)
{
	struct lines *lines = dev_get_drvdata(dev);
	unsigned int line, other, closed;
	unsigned long flags;
	int before;

	if (sscanf(text, "%u %u %u", &line, &other, &closed) != 3 || line >= LINES || other >= LINES || closed > 1)
		return -EINVAL;
	before = lines_get(&lines->chip, line);
	raw_spin_lock_irqsave(&lines->lock, flags);
	lines->joined[line] = closed ? lines->joined[line] | BIT(other) : lines->joined[line] & ~BIT(other);
	raw_spin_unlock_irqrestore(&lines->lock, flags);
	tell_if_changed(lines, line, before);
	return length;
}
static DEVICE_ATTR_WO(contact);

static ssize_t levels_show(struct device *dev, struct device_attribute *attr, char *text)
{
	struct lines *lines = dev_get_drvdata(dev);
	unsigned int line;

	for (line = 0; line < LINES; line++)
		text[line] = '0' + lines_get(&lines->chip, line);
	text[LINES] = '\n';
	return LINES + 1;
}
static DEVICE_ATTR_RO(levels);

static struct attribute *lines_attrs[] = {
	&dev_attr_pull.attr,
	&dev_attr_contact.attr,
	&dev_attr_pulses.attr,
	&dev_attr_levels.attr,
	NULL
};
ATTRIBUTE_GROUPS(lines);

static int lines_probe(struct platform_device *device)
{
	struct lines *lines = devm_kzalloc(&device->dev, sizeof(*lines), GFP_KERNEL);
	struct gpio_irq_chip *irq;

	if (!lines)
		return -ENOMEM;
	raw_spin_lock_init(&lines->lock);
	/* Contacts hang on pull-ups. */
	lines->pulls = GENMASK(LINES - 1, 0);
	lines->chip.label = "doorpad-lines";
	lines->chip.parent = &device->dev;
	lines->chip.owner = THIS_MODULE;
	lines->chip.base = -1;
	lines->chip.ngpio = LINES;
	lines->chip.get = lines_get;
	lines->chip.set = lines_set;
	lines->chip.get_direction = lines_get_direction;
	lines->chip.direction_input = lines_direction_input;
	lines->chip.direction_output = lines_direction_output;
	irq = &lines->chip.irq;
	gpio_irq_chip_set_chip(irq, &lines_irq_chip);
	irq->handler = handle_simple_irq;
	irq->default_type = IRQ_TYPE_NONE;
	platform_set_drvdata(device, lines);
	return devm_gpiochip_add_data(&device->dev, &lines->chip, lines);
}

static const struct of_device_id lines_of_match[] = {
	{ .compatible = "doorpad,lines" },
	{ }
};
MODULE_DEVICE_TABLE(of, lines_of_match);

static struct platform_driver lines_driver = {
	.driver = {
		.name = "doorpad-lines",
		.of_match_table = lines_of_match,
		.dev_groups = lines_groups,
	},
	.probe = lines_probe,
};
module_platform_driver(lines_driver);

MODULE_DESCRIPTION("Wires of an emulated machine");
MODULE_LICENSE("Dual MIT/GPL");
