#include "../isa/isa.h"

static const rank_bound_kernels *kernels_of(rank_level level) {
    const rank_bound_kernels *kernels = rank_isa_of(level)->bounds;
    const bool runs = kernels && (!kernels->is_supported || kernels->is_supported());
    return runs ? kernels : rank_isa_scalar.bounds;
}

bool rank_bounds_supported(rank_level level) {
    return level != RANK_LEVEL_SCALAR && kernels_of(level) != rank_isa_scalar.bounds;
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
        kernels_of(level)->bound_rows(bounds, record, rows, count, out);
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
