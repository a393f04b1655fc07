#include "../isa/isa.h"

static const rank_bound_kernels *kernels_of(rank_level level) {
    const rank_bound_kernels *kernels = rank_isa_of(level)->bounds;
    return kernels ? kernels : rank_isa_scalar.bounds;
}

// The kernel at a place; NULL where there is none.
static const rank_bound_kernel *kernel_at(rank_level level, uint32_t place) {
    const rank_bound_kernel *const *kernel = kernels_of(level)->by_preference;
    while (*kernel && place > 0) {
        kernel++;
        place--;
    }
    return *kernel;
}

static bool runs(const rank_bound_kernel *kernel) {
    return !kernel->is_supported || kernel->is_supported();
}

uint32_t rank_bound_kernel_from(rank_level level, uint32_t from) {
    const rank_bound_kernel *kernel;
    for (uint32_t place = from; kernels_of(level) != rank_isa_scalar.bounds && (kernel = kernel_at(level, place));
         place++) {
        if (runs(kernel)) {
            return place;
        }
    }
    return RANK_NO_BOUND_KERNEL;
}

const char *rank_bound_kernel_name(rank_level level, uint32_t kernel) {
    const rank_bound_kernel *found = kernel_at(level, kernel);
    return found ? found->name : "none";
}

uint32_t rank_bound_addends(rank_level level, uint32_t kernel) {
    const rank_bound_kernel *found = kernel_at(level, kernel);
    return found ? found->addends : 1;
}

size_t rank_certify_scratch(uint32_t inputs, uint32_t outputs) {
    return 3 * (size_t)inputs + 3 * (size_t)outputs;
}

bool rank_certify_user(rank_level level, const rank_certificate *certificate, const float *half, double term,
                       double term_size, double *scratch, uint8_t *record) {
    return kernels_of(level)->certify_user(certificate, half, term, term_size, scratch, record);
}

float rank_record_margin(const uint8_t *record, size_t row_bytes) {
    return rank_tail(record, row_bytes)->margin;
}

void rank_bound_rows(rank_level level, const rank_bounds *bounds, const uint8_t *record, const uint32_t *rows,
                     size_t count, float *out) {
    if (count > 0) {
        const rank_bound_kernel *kernel = kernel_at(level, bounds->kernel);
        if (!kernel || !runs(kernel)) {
            kernel = *rank_isa_scalar.bounds->by_preference;
        }
        kernel->bound_rows(bounds, record, rows, count, out);
    }
}

void rank_row_errors(rank_level level, const rank_certificate *certificate, const float *rows, size_t stride,
                     size_t count, double *distances, double *errors) {
    kernels_of(level)->row_errors(certificate, rows, stride, count, distances, errors);
}

void rank_reach(rank_level level, const rank_certificate *certificate, const float *rows, size_t stride, size_t count,
                double *scratch, double *below, double *above) {
    kernels_of(level)->reach(certificate, rows, stride, count, scratch, below, above);
}

void rank_line_losses(rank_level level, const rank_certificate *certificate, const float *half, const float *rows,
                      size_t stride, size_t count, double *scratch, double *losses) {
    kernels_of(level)->line_losses(certificate, half, rows, stride, count, scratch, losses);
}
